#!/usr/bin/env bash
# Puts the demo model's held-out cases to it through a server, and prints the scores.
set -euo pipefail
cd "$(dirname "$0")/../.."
tools/setup/python.sh .deps/test-venv tests/requirements.txt
export BEDPLATE_BINARY=${BEDPLATE_BINARY:-$PWD/build/release/bedplate} PYTHONPATH=$PWD/tools PYTHONDONTWRITEBYTECODE=1
# A sample of the training data is made again and searched for the cases: one hit ends it here.
.deps/test-venv/bin/python -m demo_model.held_out --dialogues 20000
exec .deps/test-venv/bin/python -m demo_model.evaluate "$@"
