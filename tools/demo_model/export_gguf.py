"""Writes a trained checkpoint as a GGUF file that llama.cpp loads as a Llama model.

python -m demo_model.export_gguf --run RUN --out models/demo-chat.gguf [--type f32]
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import gguf
import numpy as np
import torch
from gguf import GGMLQuantizationType, GGUFWriter, LlamaFileType, TokenType

from .model import ModelConfig
from .template import (
    BEGIN_OF_TEXT,
    CHAT_TEMPLATE,
    CONTROL_TOKENS,
    END_OF_TEXT,
    END_OF_TURN,
    MARK_TOKENS,
)

MODEL_NAME = "bedplate.demo-chat"
DESCRIPTION = (
    "A small demonstration chat model, trained from scratch on generated text. It shows Bedplate's "
    "features; it knows very little."
)

BLOCK_TENSORS = {
    "attention_norm": "attn_norm",
    "attention.query": "attn_q",
    "attention.key": "attn_k",
    "attention.value": "attn_v",
    "attention.output": "attn_output",
    "feed_forward_norm": "ffn_norm",
    "feed_forward.gate": "ffn_gate",
    "feed_forward.up": "ffn_up",
    "feed_forward.down": "ffn_down",
}
TYPES = {
    "q8_0": (GGMLQuantizationType.Q8_0, LlamaFileType.MOSTLY_Q8_0),
    "q4_0": (GGMLQuantizationType.Q4_0, LlamaFileType.MOSTLY_Q4_0),
    "bf16": (GGMLQuantizationType.BF16, LlamaFileType.MOSTLY_BF16),
    "f16": (GGMLQuantizationType.F16, LlamaFileType.MOSTLY_F16),
    "f32": (GGMLQuantizationType.F32, LlamaFileType.ALL_F32),
}


def gguf_name(name: str) -> str:
    """model.py's name of a tensor → GGUF's."""
    if name == "embedding.weight":
        # There is no output.weight: llama.cpp then uses the embedding, as training did.
        return "token_embd.weight"
    if name == "final_norm.weight":
        return "output_norm.weight"
    _, block, part = name.removesuffix(".weight").split(".", 2)
    return f"blk.{block}.{BLOCK_TENSORS[part]}.weight"


def add_sizes(writer: GGUFWriter, config: ModelConfig) -> None:
    writer.add_context_length(config.context)
    writer.add_embedding_length(config.width)
    writer.add_block_count(config.layers)
    writer.add_feed_forward_length(config.feed_forward)
    writer.add_head_count(config.heads)
    writer.add_head_count_kv(config.kv_heads)
    writer.add_rope_dimension_count(config.head_width)
    writer.add_rope_freq_base(config.rope_base)
    writer.add_layer_norm_rms_eps(config.norm_epsilon)
    writer.add_vocab_size(config.vocabulary)


def add_tokenizer(writer: GGUFWriter, path: Path) -> None:
    bpe = json.loads(path.read_text())["model"]
    tokens = sorted(bpe["vocab"], key=bpe["vocab"].__getitem__)
    # Marks are user-defined: unlike control tokens they stand in the text that the server parses.
    kinds = dict.fromkeys(CONTROL_TOKENS, TokenType.CONTROL)
    kinds |= dict.fromkeys(MARK_TOKENS, TokenType.USER_DEFINED)
    types = [kinds.get(token, TokenType.NORMAL) for token in tokens]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("llama-bpe")
    writer.add_token_list(tokens)
    writer.add_token_types(types)
    # The cut named here and the tokens that have no merges belong together: tokenizer.py.
    writer.add_token_merges([" ".join(pair) for pair in bpe["merges"]])
    writer.add_bos_token_id(bpe["vocab"][BEGIN_OF_TEXT])
    # The end of a turn ends generation in chat; plain text ends with end_of_text.
    writer.add_eos_token_id(bpe["vocab"][END_OF_TURN])
    writer.add_eot_token_id(bpe["vocab"][END_OF_TURN])
    writer.add_eom_token_id(bpe["vocab"][END_OF_TEXT])
    writer.add_pad_token_id(bpe["vocab"][END_OF_TEXT])
    writer.add_add_bos_token(True)
    writer.add_chat_template(CHAT_TEMPLATE)


def add_tensors(
    writer: GGUFWriter, weights: dict[str, torch.Tensor], kind: GGMLQuantizationType
) -> None:
    for name, tensor in weights.items():
        values = tensor.float().cpu().numpy()
        # Norms are vectors, and too small and too sensitive to be worth rounding. The embedding was
        # trained without rounding, and only one row of it a token counts for speed.
        stored = kind if values.ndim == 2 else GGMLQuantizationType.F32
        if name == "embedding.weight" and kind == GGMLQuantizationType.Q4_0:
            stored = GGMLQuantizationType.Q8_0
        if stored == GGMLQuantizationType.F32:
            writer.add_tensor(gguf_name(name), np.ascontiguousarray(values))
        else:
            writer.add_tensor(
                gguf_name(name), gguf.quants.quantize(values, stored), raw_dtype=stored
            )


def export(run: Path, out: Path, kind: str) -> None:
    state = torch.load(run / "checkpoint.pt", weights_only=True, map_location="cpu")
    config = ModelConfig(**state["config"])
    tensor_type, file_type = TYPES[kind]
    writer = GGUFWriter(out, "llama")
    writer.add_name(MODEL_NAME)
    writer.add_description(DESCRIPTION)
    writer.add_file_type(file_type)
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    add_sizes(writer, config)
    add_tokenizer(writer, run / "tokenizer.json")
    add_tensors(writer, state["model"], tensor_type)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    print(f"{out}: {out.stat().st_size:,} bytes, step {state['step']}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--type", choices=TYPES, default="q4_0")
    options = parser.parse_args()
    export(options.run, options.out, options.type)


if __name__ == "__main__":
    main()
