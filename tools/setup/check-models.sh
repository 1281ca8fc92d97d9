#!/usr/bin/env bash
# Sees to it that the default models are there and whole.
set -euo pipefail
cd "$(dirname "$0")/../.."

# check FILE SIZE_BYTES_MIN HOW_TO_RESTORE_IT
check() {
  if [[ ! -f $1 ]]; then
    echo "setup: $1 is missing. To restore it: $3" >&2
    exit 1
  fi
  if [[ $(head -c 4 "$1") != GGUF ]] || (($(stat -c %s "$1") < $2)); then
    echo "setup: $1 is damaged. To restore it: $3" >&2
    exit 1
  fi
}

check models/demo-chat.gguf 1000000 "git checkout -- models/demo-chat.gguf"
check .deps/models/all-minilm-l6-v2.gguf 40000000 "rm -rf .deps/models && make setup"
