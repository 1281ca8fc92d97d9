#!/usr/bin/env bash
# What the conformance tests need beyond Python: the JavaScript, Go and Java SDKs, for the toolchains
# that this machine has. The tests skip a client that is not there; with CI=true they fail.
set -euo pipefail
cd "$(dirname "$0")/../.."

readonly NODE_MAJOR_MIN=20  # what the AWS SDK for JavaScript v3 asks for
readonly JAVA_MAJOR_MIN=17  # what our program for the AWS SDK for Java v2 is written in

lacking() { echo "setup: $1"; }

# Whether file $1 is another than the one whose hash $2 holds.
changed() {
  [[ ! -r $2 || $(<"$2") != "$(sha256sum <"$1")" ]]
}

node_major() {
  local version
  version=$(node --version 2>/dev/null) || version=v0
  version=${version#v}
  echo "${version%%.*}"
}

javac_major() {
  local version
  version=$(javac -version 2>/dev/null) || version="javac 0"
  version=${version#javac }
  echo "${version%%[!0-9]*}"
}

mkdir -p .deps

javascript=tests/conformance/js
if [[ -f $javascript/package-lock.json ]]; then
  if ! command -v npm >/dev/null || (($(node_major) < NODE_MAJOR_MIN)); then
    lacking "there is no Node.js $NODE_MAJOR_MIN or newer with npm here (JavaScript SDK)"
  elif [[ ! -d $javascript/node_modules ]] ||
    changed $javascript/package-lock.json .deps/javascript-state; then
    echo "setup: JavaScript packages (in $javascript)"
    (cd $javascript && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error </dev/null)
    sha256sum <$javascript/package-lock.json >.deps/javascript-state
  fi
fi

go=tests/conformance/go
if [[ -f $go/go.mod ]]; then
  wanted=$(awk '$1 == "go" { print $2 }' $go/go.mod)
  found=$(GOTOOLCHAIN=local go env GOVERSION 2>/dev/null || true)
  if [[ -z $found ]] ||
    [[ $(printf '%s\n' "$wanted" "${found#go}" | sort -V | head -n 1) != "$wanted" ]]; then
    lacking "there is no Go $wanted or newer here (Go SDK)"
  elif changed $go/go.sum .deps/go-state; then
    echo "setup: Go modules (for $go)"
    (cd $go && GOTOOLCHAIN=local go mod download </dev/null)
    sha256sum <$go/go.sum >.deps/go-state
  fi
fi

if ! command -v mvn >/dev/null || (($(javac_major) < JAVA_MAJOR_MIN)); then
  lacking "there is no JDK $JAVA_MAJOR_MIN or newer with Maven here (Java SDK)"
else
  tools/setup/java-client.sh
fi
