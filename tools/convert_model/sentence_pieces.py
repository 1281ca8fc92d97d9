"""SentencePiece vocabularies of the BPE kind (Llama 2, Mistral 7B), from tokenizer.json: a BPE
vocabulary that falls back to bytes and writes spaces as a mark."""

from __future__ import annotations

import re

import gguf

from .checkpoint import CheckpointError
from .marks import add_marks

SPACE = "\u2581"
BYTE = re.compile(r"<0x[0-9A-F]{2}>")


def is_sentence_pieces(tokenizer: dict) -> bool:
    return bool(tokenizer["model"].get("byte_fallback"))


def add_sentence_pieces(checkpoint, tokenizer: dict, writer: gguf.GGUFWriter) -> None:
    model = tokenizer["model"]
    pieces = dict(model["vocab"])
    added = {token["content"]: token for token in tokenizer.get("added_tokens", [])}
    pieces.update({content: token["id"] for content, token in added.items()})
    by_id = {index: piece for piece, index in pieces.items()}
    size = checkpoint.config.get("vocab_size", len(pieces))
    ranks = _ranks(model["merges"])
    tokens = [by_id.get(index, f"[UNUSED{index}]") for index in range(size)]
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(tokens)
    # llama.cpp joins the neighbours whose piece has the highest score, as BPE does by rank.
    writer.add_token_scores([-float(ranks.get(token, len(ranks))) for token in tokens])
    unknown = model.get("unk_token")
    writer.add_token_types([_type_of(i, by_id, added, unknown) for i in range(size)])
    writer.add_add_space_prefix(_puts_space_first(tokenizer))
    if unknown in pieces:
        writer.add_unk_token_id(pieces[unknown])
    add_marks(checkpoint, writer, pieces)


def _ranks(merges: list) -> dict[str, int]:
    """A piece's rank: that of the first merge that makes it."""
    ranks: dict[str, int] = {}
    for rank, pair in enumerate(merges):
        left, right = pair.split(" ") if isinstance(pair, str) else pair
        ranks.setdefault(left + right, rank)
    return ranks


def _type_of(index: int, by_id: dict, added: dict, unknown: str | None) -> gguf.TokenType:
    piece = by_id.get(index)
    if piece is None:
        return gguf.TokenType.UNUSED
    if piece == unknown:
        return gguf.TokenType.UNKNOWN
    if piece in added:
        special = added[piece].get("special", False)
        return gguf.TokenType.CONTROL if special else gguf.TokenType.USER_DEFINED
    return gguf.TokenType.BYTE if BYTE.fullmatch(piece) else gguf.TokenType.NORMAL


def _puts_space_first(tokenizer: dict) -> bool:
    """Whether a text gets a space before its first word; newer files say it in the splitting."""
    normalizer = tokenizer.get("normalizer") or {}
    for step in normalizer.get("normalizers", [normalizer]):
        if step.get("type") == "Prepend":
            return step.get("prepend") == SPACE
    splitting = tokenizer.get("pre_tokenizer") or {}
    for step in splitting.get("pretokenizers", [splitting]):
        if step.get("type") == "Metaspace":
            return step.get("prepend_scheme", "always") != "never"
    raise CheckpointError("the way this tokenizer writes spaces is not known")
