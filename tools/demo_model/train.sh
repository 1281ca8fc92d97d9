#!/usr/bin/env bash
# train.sh RUN [OPTION…]: trains the demo model in the folder RUN (train.py has the options, of which
# --minutes or --steps is needed) and exports RUN/demo-chat.gguf. Started again, it resumes.
# PYTHON names an interpreter with the packages of requirements.txt; on a machine with a GPU that is
# mostly the one that has its own PyTorch there.
set -euo pipefail
(($# >= 2)) || { sed -n '2,5s/^# //p' "$0" >&2; exit 2; }
mkdir -p "$1"
run=$(cd "$1" && pwd)
shift
cd "$(dirname "$0")/.."
python=${PYTHON:-python3}
export PYTHONPATH=$PWD${PYTHONPATH:+:$PYTHONPATH} PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
"$python" -m demo_model.train --out "$run" "$@"
"$python" -m demo_model.export_gguf --run "$run" --out "$run/demo-chat.gguf"
