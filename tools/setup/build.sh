#!/usr/bin/env bash
# build.sh PRESET [TARGET…]: configures build/PRESET when it is new, and builds.
# CONFIGURE_ARGUMENTS (words) go to CMake, BUILD_JOBS is how many compilers run at once.
set -euo pipefail
cd "$(dirname "$0")/../.."
preset=$1
shift
folder=build/$preset

# A copied or moved source tree: CMake refuses the old folder.
if [[ -f $folder/CMakeCache.txt ]] &&
  ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$PWD" "$folder/CMakeCache.txt"; then
  rm -rf "$folder"
fi
if [[ ! -f $folder/build.ninja ]]; then
  echo "build: configuring $folder"
  mkdir -p "$folder"
  read -ra arguments <<<"${CONFIGURE_ARGUMENTS:-}"
  cmake --preset "$preset" "-DBEDPLATE_PYTHON=$PWD/.deps/venv/bin/python" "${arguments[@]}" \
    >"$folder/configure.log" 2>&1 </dev/null || { cat "$folder/configure.log" >&2; exit 1; }
fi

targets=()
(($#)) && targets=(--target "$@")
jobs=()
[[ -n ${BUILD_JOBS:-} ]] && jobs=(-j "$BUILD_JOBS")
cmake --build "$folder" "${targets[@]}" "${jobs[@]}" </dev/null
