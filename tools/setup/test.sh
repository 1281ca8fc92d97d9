#!/usr/bin/env bash
# test.sh [SUITE…]: builds what the suites need, runs them, and ends with the line
#   N passed, N failed, N skipped
# Suites: see all_suites, and `unit`. NAME-asan and NAME-tsan run a suite on a sanitizer's build.
# The results lie in build/test-results. Nothing here reads standard input.
set -euo pipefail
cd "$(dirname "$0")/../.."

# The unit tests run under the sanitizers only, which halves what is compiled; `sandbox` are those
# whose limits the sanitizers hide.
all_suites=(tidy scripts compatibility tools catalog sandbox unit-asan protocol protocol-asan
  conformance postgres scenarios scenarios-asan)
# The tests of what is kept in the store: once more, with PostgreSQL.
readonly on_postgres=(conformance/test_{accounts,application_profiles,iam_{account,policies,roles,users}}.py
  conformance/test_{model_access,provisioned_throughput,quotas,tags}.py
  scenarios/test_provisioned_capacity.py)
readonly WORKERS=${TEST_WORKERS:-2}
readonly TEST_TIMEOUT_S=180
results=$PWD/build/test-results
python=$PWD/.deps/test-venv/bin/python

suites=("$@")
(($#)) || suites=("${all_suites[@]}")

preset_of() {
  case $1 in
    *-asan) echo asan-ubsan ;;
    *-tsan) echo tsan ;;
    unit | sandbox | protocol | conformance | postgres | scenarios) echo release ;;
  esac
}

# What a suite needs of its preset's build; nothing: all of it.
targets_of() {
  case $1 in
    sandbox) echo bedplate_documents_test ;;
    protocol | protocol-*) echo bedplate bedplate_event_frame_tool ;;
    conformance | postgres | scenarios | scenarios-*) echo bedplate fake_engine storage_writer ;;
  esac
}

# GCC 12's ThreadSanitizer cannot map its memory where newer kernels place a program.
launcher=()
for suite in "${suites[@]}"; do
  [[ $suite != *-tsan ]] || launcher=(setarch "$(uname -m)" --addr-no-randomize)
done

# What ctest knows; the checks of tools/apigen are suites of their own here.
unit() {
  local folder=build/$1
  local name=$2
  shift 2
  GTEST_OUTPUT=xml:$results/$name.gtest/ GTEST_BRIEF=1 "${launcher[@]}" ctest \
    --test-dir "$folder" --output-on-failure --no-tests=error -j "$WORKERS" \
    --exclude-regex '^(apigen|compatibility_page)$' "$@" \
    --output-junit "$results/$name.xml" >"$results/$name.log" 2>&1 || {
    cat "$results/$name.log"
    return 1
  }
}

with_pytest() {
  local preset=$1 name=$2
  shift 2
  PYTHONPATH=$PWD/tools PYTHONDONTWRITEBYTECODE=1 BEDPLATE_BINARY=$PWD/build/$preset/bedplate \
    BEDPLATE_EVENT_FRAME_TOOL=$PWD/build/$preset/src/protocol/bedplate_event_frame_tool \
    "${launcher[@]}" "$python" -m pytest -q -p no:cacheprovider -n "$WORKERS" \
    --timeout "$TEST_TIMEOUT_S" --junitxml "$results/$name.xml" "$@"
}

scripts() {
  local file status=0
  while IFS= read -r file; do
    bash -n "$file" || status=1
  done < <(find tools bench tests .ci -path '*/node_modules' -prune -o \
    \( -name '*.sh' -o -path .ci/run \) -print)
  if command -v shellcheck >/dev/null; then
    shellcheck tools/setup/*.sh .ci/run || status=1
  fi
  return $status
}

compatibility() {
  PYTHONPATH=tools .deps/venv/bin/python -m apigen --catalog src/operations/catalog.def \
    --compatibility docs/compatibility.md --check
}

run_suite() {
  local suite=$1
  local preset
  preset=$(preset_of "$suite")
  case $suite in
    tidy) python3 tools/tidy/tidy.py --quiet ;;
    scripts) scripts ;;
    compatibility) compatibility ;;
    tools) with_pytest release tools tools/*/tests ;;
    catalog) with_pytest release catalog tests/catalog ;;
    sandbox) unit "$preset" "$suite" --tests-regex '^documents$' ;;
    postgres) with_pytest "$preset" "$suite" --postgres "${on_postgres[@]/#/tests/}" ;;
    unit | unit-*) unit "$preset" "$suite" ;;
    *) with_pytest "$preset" "$suite" "tests/${suite%-*san}" ;;
  esac
}

started=$SECONDS
rm -rf "$results"
mkdir -p "$results"

# Downloading the clients leaves the processors free for the compiler.
{
  tools/setup/python.sh .deps/test-venv tests/requirements.txt && tools/setup/clients.sh &&
    "$python" tests/protocol/sigv4/fetch.py
} >"$results/clients.log" 2>&1 &
clients=$!
trap 'kill "$clients" 2>/dev/null || true' EXIT

# Tests of PostgreSQL are skipped, and say so, where it cannot be installed.
tools/setup/packages.sh test || true

declare -A targets=()
for suite in "${suites[@]}"; do
  preset=$(preset_of "$suite")
  [[ -n $preset ]] || continue
  needed=$(targets_of "$suite")
  targets[$preset]+=" ${needed:-all}"
done
for preset in "${!targets[@]}"; do
  echo "== build $preset"
  read -ra needed <<<"${targets[$preset]}"
  tools/setup/build.sh "$preset" "${needed[@]}"
done
((${#targets[@]} == 0)) || tools/setup/check-models.sh
if ! wait "$clients"; then
  cat "$results/clients.log"
  exit 1
fi
cat "$results/clients.log"
trap - EXIT
echo "== built and set up in $((SECONDS - started)) s"

export PYTHONUNBUFFERED=1
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_stack_use_after_return=1}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}
export TSAN_OPTIONS=${TSAN_OPTIONS:-halt_on_error=0:suppressions=$PWD/tools/setup/tsan.supp}
for suite in "${suites[@]}"; do
  echo "== $suite"
  begun=$SECONDS
  status=0
  run_suite "$suite" </dev/null || status=$?
  printf '%s %s\n' "$status" "$((SECONDS - begun))" >"$results/$suite.status"
done

echo
python3 tools/setup/summary.py "$results"
