"""Byte-level BPE vocabularies (Llama 3, Qwen, Mistral's newer ones), from tokenizer.json."""

from __future__ import annotations

import gguf

from .checkpoint import Checkpoint, CheckpointError
from .marks import add_marks

# How llama.cpp calls a way to split text into words, by a part of its pattern that no other has.
SPLITS = (
    (r"\p{N}{1,3}", "llama-bpe"),
    (r"[^\r\n\p{L}\p{N}]?[\p{Lu}", "tekken"),
    (r"\p{N}| ?[^\s\p{L}\p{N}]+", "qwen2"),
)


def add_byte_pairs(checkpoint: Checkpoint, tokenizer: dict, writer: gguf.GGUFWriter) -> None:
    vocabulary = dict(tokenizer["model"]["vocab"])
    added = {token["content"]: token for token in tokenizer.get("added_tokens", [])}
    vocabulary.update({content: token["id"] for content, token in added.items()})
    size = checkpoint.config.get("vocab_size", len(vocabulary))
    by_id = {index: token for token, index in vocabulary.items()}
    tokens, types = [], []
    for index in range(size):
        token = by_id.get(index)
        tokens.append(f"[UNUSED{index}]" if token is None else token)
        types.append(_type_of(token, added))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(_split_of(tokenizer))
    writer.add_token_list(tokens)
    writer.add_token_types(types)
    writer.add_token_merges([_merge(pair) for pair in tokenizer["model"]["merges"]])
    add_marks(checkpoint, writer, vocabulary)


def _type_of(token: str | None, added: dict) -> gguf.TokenType:
    if token is None:
        return gguf.TokenType.UNUSED
    if token not in added:
        return gguf.TokenType.NORMAL
    special = added[token].get("special", False)
    return gguf.TokenType.CONTROL if special else gguf.TokenType.USER_DEFINED


def _merge(pair: str | list[str]) -> str:
    return pair if isinstance(pair, str) else " ".join(pair)


def _split_of(tokenizer: dict) -> str:
    steps = tokenizer.get("pre_tokenizer") or {}
    patterns = [
        step["pattern"].get("Regex", "")
        for step in steps.get("pretokenizers", [steps])
        if step.get("type") == "Split"
    ]
    for pattern in patterns:
        for part, name in SPLITS:
            if part in pattern:
                return name
    raise CheckpointError(f"the way this tokenizer splits words is not known: {patterns}")
