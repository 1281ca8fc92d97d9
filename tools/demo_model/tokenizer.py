"""The tokenizer: byte-level BPE, made so that names and numbers can be copied.

The server cuts text as `tokenizer.ggml.pre = llama-bpe` says (the regular expression below), and
with that cut it takes a piece that is a token as a whole as that token, else merges bytes. Three
rules follow from what the model is for:

digits     stand alone: no merge joins two of them.
words      merge without what stands before them. So a rare name has the same tokens after a space,
           a quotation mark or a bracket: copying it from a text into JSON is copying tokens.
frequent   pieces, space included, are tokens as a whole; they have no merges.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from tokenizers import (
    AddedToken,
    Regex,
    Tokenizer,
    decoders,
    models,
    pre_tokenizers,
    trainers,
)

from .corpus.turns import Dialogue
from .template import CONTROL_TOKENS, END_OF_TURN, MARK_TOKENS, rendered

VOCABULARY = 6144
MERGED_SHARE = 0.45  # of the tokens that are neither bytes nor special: those that merges make
LLAMA_BPE = (
    r"(?:'[sS]|'[tT]|'[rR][eE]|'[vV]|'[mM]|'[lL][lL]|'[dD])|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_ALONE = r"\p{L}+|\p{N}|[^\s\p{L}\p{N}]+|[\r\n]+|[^\S\r\n]+"  # what merges may not cross
SPECIAL_TOKENS = [*CONTROL_TOKENS, *MARK_TOKENS]
_SPECIAL = re.compile("|".join(map(re.escape, SPECIAL_TOKENS)))
# A piece that may be a token as a whole: a word, a space and a word, or marks without letters.
_WHOLE = re.compile(r" ?[^\W\d_]+|[^\w]+")


def _byte_level(pattern: str) -> pre_tokenizers.PreTokenizer:
    return pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(pattern), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )


def _merges(texts: list[str], merged: int) -> tuple[list[str], list[tuple[str, str]]]:
    """The tokens that bytes and merges give, in order, and the merges."""
    learner = Tokenizer(models.BPE())
    learner.pre_tokenizer = _byte_level(_ALONE)
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    trainer = trainers.BpeTrainer(
        vocab_size=len(alphabet) + merged, initial_alphabet=alphabet, show_progress=False
    )
    learner.train_from_iterator(texts, trainer)
    bpe = json.loads(learner.to_str())["model"]
    return sorted(bpe["vocab"], key=bpe["vocab"].__getitem__), [tuple(m) for m in bpe["merges"]]


def _frequent(texts: list[str], known: set[str], count: int) -> list[str]:
    """The pieces that save the most tokens when they are one, as byte-level text."""
    pieces: Counter[str] = Counter()
    cut = _byte_level(LLAMA_BPE)
    for text in texts:
        for piece, (start, end) in cut.pre_tokenize_str(text):
            if piece not in known and _WHOLE.fullmatch(text[start:end]):
                pieces[piece] += 1
    ordered = sorted(
        pieces.items(), key=lambda item: (-item[1] * min(3, len(item[0]) - 1), item[0])
    )
    return [piece for piece, _ in ordered[:count]]


def train_tokenizer(dialogues: Iterable[Dialogue], vocabulary: int = VOCABULARY) -> Tokenizer:
    texts = []
    for one in dialogues:
        whole = "".join(text for text, _ in rendered(one))
        texts += [part for part in _SPECIAL.split(whole) if part]
    room = vocabulary - 256 - len(SPECIAL_TOKENS)
    tokens, merges = _merges(texts, round(MERGED_SHARE * room))
    tokens += _frequent(texts, set(tokens), vocabulary - len(tokens) - len(SPECIAL_TOKENS))
    tokens += SPECIAL_TOKENS
    if len(tokens) != vocabulary:
        raise ValueError(f"only {len(tokens)} tokens: the text is too small")
    return build_tokenizer(tokens, merges)


def build_tokenizer(tokens: list[str], merges: list[tuple[str, str]]) -> Tokenizer:
    """A tokenizer from its parts; the special tokens are among the tokens."""
    vocab = {token: number for number, token in enumerate(tokens)}
    tokenizer = Tokenizer(models.BPE(vocab=vocab, merges=merges, ignore_merges=True))
    tokenizer.pre_tokenizer = _byte_level(LLAMA_BPE)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(token, normalized=False) for token in SPECIAL_TOKENS])
    return tokenizer


class ChatFormat:
    """Turns conversations into token ids, with a mark on every token the model should learn."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.tokenizer = tokenizer
        tokenizer.encode_special_tokens = False
        self.end_of_turn = tokenizer.token_to_id(END_OF_TURN)

    @classmethod
    def load(cls, path: Path) -> ChatFormat:
        return cls(Tokenizer.from_file(str(path)))

    @property
    def vocabulary(self) -> int:
        return self.tokenizer.get_vocab_size()

    def encode(self, text: str) -> list[int]:
        return self.tokenizer.encode(text, add_special_tokens=False).ids

    def decode(self, ids: list[int]) -> str:
        return self.tokenizer.decode(ids, skip_special_tokens=False)

    def tokens(self, dialogue: Dialogue) -> tuple[list[int], list[bool]]:
        ids: list[int] = []
        learned: list[bool] = []
        for text, learn in _joined(rendered(dialogue)):
            part = self.encode(text)
            ids += part
            learned += [learn] * len(part)
        return ids, learned


def _joined(segments: list[tuple[str, bool]]) -> list[tuple[str, bool]]:
    """Neighbours that are both learned, or both not, as one: encoding is what costs time."""
    joined: list[tuple[str, bool]] = []
    for text, learn in segments:
        if joined and joined[-1][1] == learn:
            joined[-1] = (joined[-1][0] + text, learn)
        else:
            joined.append((text, learn))
    return joined
