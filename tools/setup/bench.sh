#!/usr/bin/env bash
# Builds the release preset and measures it; arguments go to bench/run.py.
set -euo pipefail
cd "$(dirname "$0")/../.."

tools/setup/packages.sh build bench
tools/setup/python.sh .deps/test-venv tests/requirements.txt
tools/setup/build.sh release bedplate bedplate_bench
tools/setup/check-models.sh
exec .deps/test-venv/bin/python bench/run.py "$@"
