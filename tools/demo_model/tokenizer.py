"""The tokenizer: byte-level BPE with Llama 3's special tokens and its way of cutting text.

The regular expression is the one llama.cpp applies for `tokenizer.ggml.pre = llama-bpe`; if the
two differed, the server would feed the model pieces it never saw in training.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

from corpus.grammar import Conversation

BEGIN_OF_TEXT = "<|begin_of_text|>"
END_OF_TEXT = "<|end_of_text|>"
START_HEADER = "<|start_header_id|>"
END_HEADER = "<|end_header_id|>"
END_OF_TURN = "<|eot_id|>"
SPECIAL_TOKENS = [BEGIN_OF_TEXT, END_OF_TEXT, START_HEADER, END_HEADER, END_OF_TURN]

LLAMA_BPE = (
    r"(?:'[sS]|'[tT]|'[rR][eE]|'[vV]|'[mM]|'[lL][lL]|'[dD])|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def train_tokenizer(texts: Iterable[str], vocabulary: int) -> Tokenizer:
    # llama.cpp ignores merges for this pre-tokenizer when a whole piece is in the vocabulary.
    tokenizer = Tokenizer(models.BPE(ignore_merges=True))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(LLAMA_BPE), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=SPECIAL_TOKENS,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    if tokenizer.get_vocab_size() != vocabulary:
        raise ValueError(f"only {tokenizer.get_vocab_size()} tokens: the text is too small")
    return tokenizer


class ChatFormat:
    """Turns conversations into token ids, with a mark on every token the model should learn."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.tokenizer = tokenizer
        ids = [tokenizer.token_to_id(token) for token in SPECIAL_TOKENS]
        self.begin, self.end, self.start_header, self.end_header, self.end_of_turn = ids
        self.headers = {
            role: [self.start_header, *self.encode(role), self.end_header, *self.encode("\n\n")]
            for role in ("system", "user", "assistant")
        }

    @classmethod
    def load(cls, path: Path) -> ChatFormat:
        return cls(Tokenizer.from_file(str(path)))

    def encode(self, text: str) -> list[int]:
        return self.tokenizer.encode(text, add_special_tokens=False).ids

    def decode(self, ids: list[int]) -> str:
        return self.tokenizer.decode(ids, skip_special_tokens=False)

    def prompt(self, system: str, turns: list[tuple[str, str]]) -> list[int]:
        """A conversation up to the point where the assistant is to speak."""
        ids = [self.begin]
        for role, text in ([("system", system)] if system else []) + turns:
            ids += [*self.headers[role], *self.encode(text), self.end_of_turn]
        return ids + self.headers["assistant"]

    def conversation(self, one: Conversation) -> tuple[list[int], list[bool]]:
        """Token ids, and for each whether it is the assistant's (its end of turn included)."""
        ids, learned = [self.begin], [False]

        def add(tokens: list[int], learn: bool) -> None:
            ids.extend(tokens)
            learned.extend([learn] * len(tokens))

        if one.system:
            add([*self.headers["system"], *self.encode(one.system), self.end_of_turn], False)
        for exchange in one.exchanges:
            add([*self.headers["user"], *self.encode(exchange.user), self.end_of_turn], False)
            add(self.headers["assistant"], False)
            add([*self.encode(exchange.answer), self.end_of_turn], True)
        return ids, learned
