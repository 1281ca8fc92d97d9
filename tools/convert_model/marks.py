"""The tokens that are no text: beginning, end, padding, and the chat template that uses them."""

from __future__ import annotations

import gguf

from .checkpoint import Checkpoint


def add_marks(checkpoint: Checkpoint, writer: gguf.GGUFWriter, vocabulary: dict[str, int]) -> None:
    config = checkpoint.json("tokenizer_config.json") or {}
    for kind in ("bos", "eos", "pad"):
        token = config.get(f"{kind}_token")
        token = token["content"] if isinstance(token, dict) else token
        if token in vocabulary:
            getattr(writer, f"add_{kind}_token_id")(vocabulary[token])
    # Where the configuration does not say it: all but Qwen begin every text with the mark.
    begins = config.get("add_bos_token", checkpoint.architecture != "Qwen2ForCausalLM")
    writer.add_add_bos_token(bool(begins and config.get("bos_token")))
    if isinstance(config.get("chat_template"), str):
        writer.add_chat_template(config["chat_template"])
