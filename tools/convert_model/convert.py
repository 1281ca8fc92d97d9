"""Writes a checkpoint as a GGUF file."""

from __future__ import annotations

from pathlib import Path

import gguf
import numpy as np

from .bert import Bert
from .checkpoint import Checkpoint, CheckpointError
from .decoder import Llama, Qwen2
from .family import Family

FAMILIES: dict[str, type[Family]] = {
    "BertModel": Bert,
    "LlamaForCausalLM": Llama,
    "MistralForCausalLM": Llama,
    "Qwen2ForCausalLM": Qwen2,
}
_Q = gguf.GGMLQuantizationType
TYPES = {
    "f32": (_Q.F32, gguf.LlamaFileType.ALL_F32),
    "f16": (_Q.F16, gguf.LlamaFileType.MOSTLY_F16),
    "q8_0": (_Q.Q8_0, gguf.LlamaFileType.MOSTLY_Q8_0),
}


def family_of(checkpoint: Checkpoint) -> Family:
    known = FAMILIES.get(checkpoint.architecture)
    if known is None:
        raise CheckpointError(
            f"the architecture {checkpoint.architecture} is not supported; "
            f"supported are {', '.join(sorted(FAMILIES))}"
        )
    return known(checkpoint)


def convert(folder: Path, out: Path, kind: str, name: str) -> None:
    """Converts the model in `folder`. `out` appears when it is whole, or not at all."""
    family = family_of(Checkpoint(folder))
    tensor_type, file_type = TYPES[kind]
    unfinished = out.with_name(out.name + ".unfinished")
    writer = gguf.GGUFWriter(unfinished, gguf.MODEL_ARCH_NAMES[family.arch])
    try:
        writer.add_name(name)
        writer.add_file_type(file_type)
        writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
        family.add_sizes(writer)
        family.add_tokenizer(writer)
        for tensor, values in family.checkpoint.tensors():
            if not family.skips(tensor):
                _add_tensor(writer, family, tensor, values, tensor_type)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        unfinished.replace(out)
    finally:
        unfinished.unlink(missing_ok=True)


def _add_tensor(
    writer: gguf.GGUFWriter, family: Family, tensor: str, values: np.ndarray, kind: _Q
) -> None:
    name = family.tensor_name(tensor)
    values = np.ascontiguousarray(family.shaped(tensor, values))
    block = gguf.GGML_QUANT_SIZES[kind][0]
    rounded = values.ndim == 2 and not family.keeps_precision(name) and kind != _Q.F32
    if rounded and values.shape[-1] % block == 0:
        writer.add_tensor(name, gguf.quants.quantize(values, kind), raw_dtype=kind)
    else:
        # Vectors are small and sensitive; rows that blocks do not divide stay whole.
        writer.add_tensor(name, values)
