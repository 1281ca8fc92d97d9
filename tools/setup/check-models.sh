#!/usr/bin/env bash
# Sees to it that the default model is there and whole.
set -euo pipefail
cd "$(dirname "$0")/../.."

readonly MODEL=models/demo-chat.gguf
readonly SIZE_BYTES_MIN=1000000

if [[ ! -f $MODEL ]]; then
  echo "setup: $MODEL is missing. It is part of the repository: git checkout -- $MODEL" >&2
  exit 1
fi
if [[ $(head -c 4 "$MODEL") != GGUF ]] || (($(stat -c %s "$MODEL") < SIZE_BYTES_MIN)); then
  echo "setup: $MODEL is damaged. To restore it: git checkout -- $MODEL" >&2
  exit 1
fi
