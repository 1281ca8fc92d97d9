"""Converts a model from Hugging Face's layout (safetensors) to GGUF.

python -m convert_model --source FOLDER --out FILE.gguf [--type f16] [--name NAME]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .checkpoint import CheckpointError
from .convert import TYPES, convert


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--source", type=Path, required=True, help="folder with config.json")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--type", choices=TYPES, default="f16", help="of the matrices")
    parser.add_argument("--name", help="as the file will call itself; default: the folder's name")
    options = parser.parse_args()
    try:
        convert(options.source, options.out, options.type, options.name or options.source.name)
    except CheckpointError as problem:
        print(f"convert_model: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
