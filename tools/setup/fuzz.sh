#!/usr/bin/env bash
# Runs every fuzz target for FUZZ_SECONDS (default 60) with libFuzzer. What earlier runs found is
# kept in build/fuzz/corpus; an input that breaks a target lands in build/fuzz/findings.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${FUZZ_SECONDS:-60}

tools/setup/packages.sh build fuzz
compiler=
for candidate in clang++-16 clang++-19 clang++; do
  compiler=$(command -v $candidate) && break
done
[[ -n $compiler ]] || { echo "fuzz: there is no clang++ here" >&2; exit 1; }
# Instruments the libraries, too: without it libFuzzer does not see where an input led.
export CONFIGURE_ARGUMENTS="-DCMAKE_CXX_COMPILER=$compiler -DCMAKE_CXX_FLAGS=-fsanitize=fuzzer-no-link"
mapfile -t targets < <(cd tests/fuzz && printf "%s\n" *_fuzz.cpp | sed "s/\.cpp$//")
tools/setup/build.sh fuzz "${targets[@]}"

failed=()
count=0
for target in build/fuzz/tests/fuzz/*_fuzz; do
  [[ -x $target ]] || continue
  name=${target##*/}
  name=${name%_fuzz}
  corpus=build/fuzz/corpus/$name
  mkdir -p "$corpus" build/fuzz/findings
  seeds=()
  [[ -d tests/fuzz/corpus/$name ]] && seeds=("tests/fuzz/corpus/$name")
  echo "== $name, $seconds s"
  count=$((count + 1))
  "$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -verbosity=1 \
    -artifact_prefix="build/fuzz/findings/$name-" "$corpus" "${seeds[@]}" </dev/null ||
    failed+=("$name")
done

((count)) || { echo "fuzz: there are no targets" >&2; exit 1; }
((${#failed[@]} == 0)) || { echo "fuzz: failed: ${failed[*]}" >&2; exit 1; }
echo "fuzz: $count targets, no finding"
