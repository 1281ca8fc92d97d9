#!/usr/bin/env bash
# install.sh PREFIX: the server, its models and the engine below PREFIX.
set -euo pipefail
cd "$(dirname "$0")/../.."
prefix=$1

install -D -m 755 -s build/release/bedplate "$prefix/bin/bedplate"
for model in models/*.gguf .deps/models/*.gguf; do
  install -D -m 644 "$model" "$prefix/share/bedplate/models/${model##*/}"
done
install -D -m 644 LICENSE "$prefix/share/doc/bedplate/LICENSE"
# Absent when llama-server was found on PATH.
if [[ -x .deps/engine/bin/llama-server ]]; then
  engine=$prefix/libexec/bedplate/engine
  mkdir -p "$engine"
  rm -rf "${engine:?}"/{bin,usr,VERSION}
  cp -a .deps/engine/{bin,usr,VERSION} "$engine/"
fi
echo "installed: $prefix/bin/bedplate"
