"""BERT as a sentence embedder: BertModel with a WordPiece vocabulary."""

from __future__ import annotations

import gguf

from .checkpoint import CheckpointError
from .family import Family

MARKS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
# llama.cpp spells WordPiece the other way round: words begin with this, what continues one is bare.
WORD_BEGIN = "\u2581"
CONTINUATION = "##"
POOLING = {
    "pooling_mode_mean_tokens": gguf.PoolingType.MEAN,
    "pooling_mode_cls_token": gguf.PoolingType.CLS,
}


class Bert(Family):
    arch = gguf.MODEL_ARCH.BERT

    def add_sizes(self, writer: gguf.GGUFWriter) -> None:
        if self.config.get("position_embedding_type", "absolute") != "absolute":
            raise CheckpointError("only absolute position embeddings are supported")
        if self.config.get("hidden_act", "gelu") != "gelu":
            raise CheckpointError(f"the activation {self.config['hidden_act']} is not supported")
        writer.add_context_length(self.number("max_position_embeddings"))
        writer.add_embedding_length(self.number("hidden_size"))
        writer.add_block_count(self.layers)
        writer.add_feed_forward_length(self.number("intermediate_size"))
        writer.add_head_count(self.number("num_attention_heads"))
        writer.add_layer_norm_eps(self.number("layer_norm_eps", 1e-12))
        writer.add_causal_attention(False)
        writer.add_pooling_type(self.pooling())

    def pooling(self) -> gguf.PoolingType:
        """As sentence-transformers keeps it beside the weights."""
        modules = self.checkpoint.json("modules.json") or []
        folders = [m["path"] for m in modules if m["type"].endswith("Pooling")]
        if not folders:
            raise CheckpointError("modules.json names no pooling: this is no sentence embedder")
        config = self.checkpoint.json(f"{folders[0]}/config.json") or {}
        chosen = [kind for key, kind in POOLING.items() if config.get(key)]
        others = [key for key in config if key.startswith("pooling_mode") and config[key]]
        if len(chosen) != 1 or len(others) != 1:
            raise CheckpointError(f"the pooling {others} is not supported")
        return chosen[0]

    def add_tokenizer(self, writer: gguf.GGUFWriter) -> None:
        path = self.checkpoint.folder / "vocab.txt"
        if not path.is_file():
            raise CheckpointError("there is no vocab.txt")
        words = path.read_text(encoding="utf-8").rstrip("\n").split("\n")
        if len(words) != self.number("vocab_size"):
            raise CheckpointError(f"vocab.txt has {len(words)} words, config.json says otherwise")
        ids = {word: index for index, word in enumerate(words)}
        writer.add_tokenizer_model("bert")
        writer.add_tokenizer_pre("default")
        writer.add_token_type_count(self.number("type_vocab_size"))
        writer.add_token_list([_spelled(word) for word in words])
        control = gguf.TokenType.CONTROL
        writer.add_token_types([control if w in MARKS else gguf.TokenType.NORMAL for w in words])
        writer.add_bos_token_id(ids["[CLS]"])
        writer.add_eos_token_id(ids["[SEP]"])
        writer.add_sep_token_id(ids["[SEP]"])
        writer.add_pad_token_id(ids["[PAD]"])
        writer.add_unk_token_id(ids["[UNK]"])
        writer.add_mask_token_id(ids["[MASK]"])
        writer.add_add_bos_token(True)
        writer.add_add_eos_token(True)

    def skips(self, name: str) -> bool:
        # The pooler belongs to next-sentence prediction; sentence embedders pool otherwise.
        return name.startswith("pooler.") or name.endswith("position_ids")

    def keeps_precision(self, name: str) -> bool:
        return name in ("position_embd.weight", "token_types.weight")


def _spelled(word: str) -> str:
    if word in MARKS:
        return word
    if word.startswith(CONTINUATION):
        return word.removeprefix(CONTINUATION)
    return WORD_BEGIN + word
