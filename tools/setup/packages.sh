#!/usr/bin/env bash
# packages.sh LIST…: sees to it that the packages of tools/setup/debian/LIST.txt are installed:
# by itself when it may (as root, or by a sudo that asks for no password), else it names what is
# missing and fails. When nothing is missing it asks no server.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

(($#)) || { sed -n '2,4s/^# //p' "$0" >&2; exit 2; }
wanted=()
for list in "$@"; do
  mapfile -t -O "${#wanted[@]}" wanted < <(grep -v '^ *#' "$here/debian/$list.txt")
done

if ! command -v dpkg-query >/dev/null; then
  echo "setup: this is not Debian or a derivative; the build needs what these packages hold:" >&2
  printf '  %s\n' "${wanted[*]}" >&2
  exit 0  # whoever has them under other names goes on; CMake names what is not found
fi

declare -A installed=()
while read -r state package; do
  [[ $state == ?i ]] && installed[$package]=1
done < <(dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n')

missing=()
for alternatives in "${wanted[@]}"; do
  found=false
  for package in ${alternatives//|/ }; do
    [[ -n ${installed[$package]:-} ]] && found=true
  done
  $found || missing+=("$alternatives")
done
((${#missing[@]})) || exit 0

as_root=(env)
if (($(id -u) != 0)); then
  if ! { command -v sudo && sudo -n true; } >/dev/null 2>&1; then
    # The first alternative is the one that Debian 12 has.
    printf 'setup: packages are missing. Install them, then run make again:\n\n' >&2
    printf '  sudo apt-get install --no-install-recommends %s\n\n' "${missing[*]%%|*}" >&2
    exit 1
  fi
  as_root=(sudo -n env)
fi
as_root+=(DEBIAN_FRONTEND=noninteractive)
for variable in http_proxy https_proxy no_proxy; do
  [[ -z ${!variable:-} ]] || as_root+=("$variable=${!variable}")  # sudo would drop them
done

apt() {
  local attempt
  for attempt in 1 2 3; do
    "${as_root[@]}" apt-get -q -o DPkg::Lock::Timeout=120 -o Acquire::Retries=3 "$@" \
      </dev/null && return 0
    echo "setup: apt-get $1: attempt $attempt of 3 failed" >&2
    sleep "$attempt"
  done
  return 1
}

echo "setup: installing ${missing[*]%%|*}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
apt update >"$log" 2>&1 || { tail -n 20 "$log" >&2; exit 1; }

chosen=()
for alternatives in "${missing[@]}"; do
  choice=${alternatives%%|*}
  for package in ${alternatives//|/ }; do
    if [[ -n $(apt-cache --quiet=0 show --no-all-versions "$package" 2>/dev/null) ]]; then
      choice=$package
      break
    fi
  done
  chosen+=("$choice")
done
# --no-remove: Boost 1.81's headers replace another version's, and that is not for us to decide.
if ! apt install -y --no-install-recommends --no-remove "${chosen[@]}" >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  printf 'setup: apt-get could not install them. If other packages would have to go (another\n' >&2
  printf 'version of the Boost headers), decide yourself:\n\n' >&2
  printf '  sudo apt-get install --no-install-recommends %s\n\n' "${chosen[*]}" >&2
  exit 1
fi
