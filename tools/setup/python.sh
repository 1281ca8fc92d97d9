#!/usr/bin/env bash
# python.sh VENV REQUIREMENTS…: a virtual environment that holds what the requirement files name.
# It is made anew when one of them, the interpreter or the folder changes.
set -euo pipefail
venv=$1
shift

mkdir -p "$venv"
venv=$(cd "$venv" && pwd)
state=$({ echo "$venv"; python3 --version; cat "$@"; } | sha256sum)
if [[ -r $venv/.state && $(<"$venv/.state") == "$state" ]]; then
  exit 0
fi

echo "setup: Python packages for $* (in ${venv#"$PWD"/})"
python3 -m venv --clear "$venv"
arguments=()
for file in "$@"; do arguments+=(-r "$file"); done
"$venv/bin/python" -m pip --quiet --disable-pip-version-check install --no-input \
  "${arguments[@]}" </dev/null
echo "$state" >"$venv/.state"
