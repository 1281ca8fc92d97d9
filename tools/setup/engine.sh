#!/usr/bin/env bash
# Obtains llama-server, the program that runs the models.
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: engine.sh [--force] PREFIX

Makes sure that there is a llama-server to run models with. When one is on PATH, nothing is
done. Else Debian's own build of llama.cpp (suite sid) and the C and C++ runtime libraries it
needs are unpacked below PREFIX: no root, no installed package changes. PREFIX/bin/llama-server
then starts it through that folder's own dynamic loader, on any Debian or derivative.

  --force   unpack into PREFIX even when llama-server is on PATH or PREFIX is complete
  --help    show this text

PREFIX/VERSION lists what was unpacked. The Debian mirror is the one that apt is set up with.
TEXT
}

readonly SUITE=sid
readonly ROOT_PACKAGE=llama.cpp-tools
readonly DEFAULT_MIRROR=http://deb.debian.org/debian
readonly ATTEMPTS=3

say() { printf 'engine: %s\n' "$*"; }
fail() {
  printf 'engine: %s\n' "$*" >&2
  exit 1
}

retry() {
  local attempt
  for ((attempt = 1; ; ++attempt)); do
    "$@" && return 0
    ((attempt < ATTEMPTS)) || return 1
    say "attempt $attempt of $ATTEMPTS failed; trying again" >&2
    sleep "$attempt"
  done
}

force=false
prefix=
for argument in "$@"; do
  case $argument in
    -h | --help) usage; exit 0 ;;
    --force) force=true ;;
    -*) usage >&2; fail "unknown option $argument" ;;
    *) [[ -z $prefix ]] || { usage >&2; fail "one PREFIX only"; }; prefix=$argument ;;
  esac
done
[[ -n $prefix ]] || { usage >&2; fail "PREFIX is missing"; }

if ! $force && program=$(command -v llama-server); then
  say "llama-server is on PATH: $program"
  exit 0
fi

mkdir -p "$prefix"
prefix=$(cd "$prefix" && pwd)
if ! $force && [[ -s $prefix/VERSION && -x $prefix/bin/llama-server ]]; then
  say "complete: $prefix"
  exit 0
fi

for tool in apt-get apt-cache apt-config dpkg dpkg-deb; do
  command -v "$tool" >/dev/null || fail "there is no $tool here: this script needs Debian's package
tools. Install llama.cpp so that llama-server is on PATH (brew install llama.cpp; or your
distribution's llama.cpp package; or build it: cmake -B build && cmake --build build
--target llama-server), or name it in the configuration."
done
architecture=$(dpkg --print-architecture)
case $architecture in
  amd64) triplet=x86_64-linux-gnu loader=ld-linux-x86-64.so.2 ;;
  arm64) triplet=aarch64-linux-gnu loader=ld-linux-aarch64.so.1 ;;
  *) fail "no known layout for the architecture $architecture; install llama.cpp yourself so that
llama-server is on PATH" ;;
esac
keyring=
for candidate in /usr/share/keyrings/debian-archive-keyring.{gpg,pgp}; do
  [[ -r $candidate ]] && keyring=$candidate && break
done
[[ -n $keyring ]] || fail "Debian's archive keys are missing; install the package
debian-archive-keyring, or install llama.cpp yourself so that llama-server is on PATH"

# What is replaced below must be what this script made.
if [[ ! -e $prefix/.lock && (-e $prefix/usr || -e $prefix/bin) ]]; then
  fail "$prefix has other things in it; choose a folder for the engine alone"
fi
# A second run at the same time waits for the first and then finds its result.
: >>"$prefix/.lock"
if command -v flock >/dev/null; then
  exec 9>>"$prefix/.lock"
  flock 9
  if ! $force && [[ -s $prefix/VERSION && -x $prefix/bin/llama-server ]]; then
    say "complete: $prefix"
    exit 0
  fi
fi

work=$(mktemp -d "$prefix/.work-XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/{lists/partial,cache/archives/partial,packages,root}
: >"$work/status"

# Apt with lists, cache and status of its own: what is installed and pinned here plays no part.
options=(
  -q
  -o "Dir::Etc::sourcelist=$work/sources.list"
  -o Dir::Etc::sourceparts=/dev/null
  # A mirror may keep an older index on purpose; its signature is checked all the same.
  -o Acquire::Check-Valid-Until=false
  -o Dir::Etc::preferences=/dev/null
  -o Dir::Etc::preferencesparts=/dev/null
  -o "Dir::State::lists=$work/lists"
  -o "Dir::State::status=$work/status"
  -o "Dir::Cache=$work/cache"
  -o "APT::Sandbox::User=$(id -un)"
  -o "APT::Architecture=$architecture"
  -o "APT::Architectures=$architecture"
  -o Acquire::Languages=none
  -o Acquire::Retries=2
  -o "Acquire::http::Timeout=30"
)

# Every mirror of Debian's main archive that apt is set up with here.
configured_mirrors() {
  # shellcheck disable=SC2016  # apt's own placeholders
  apt-get indextargets --format '$(CREATED_BY) $(COMPONENT) $(REPO_URI)' 2>/dev/null |
    awk '$1 == "Packages" && $2 == "main" && $3 ~ /\/debian\/?$/ && !seen[$3]++ { print $3 }'
}

read_lists() {
  (
    umask 077  # a mirror's URL may hold a password
    printf 'deb [arch=%s signed-by=%s targets=Packages] %s %s main\n' \
      "$architecture" "$keyring" "$1" "$SUITE" >"$work/sources.list"
  )
  rm -rf "$work"/lists/*
  mkdir -p "$work/lists/partial"
  apt-get "${options[@]}" update -o APT::Update::Error-Mode=any >"$work/update.log" 2>&1
}

choose_mirror() {
  local mirror
  while read -r mirror; do
    retry read_lists "$mirror" && return 0
  done < <({ configured_mirrors; echo "$DEFAULT_MIRROR"; } | awk '!seen[$0]++')
  # No URL in what is shown: see above.
  sed -E 's#://[^/@ ]*@#://#g' "$work/update.log" >&2
  return 1
}

# The shared libraries that the given packages need, and theirs, and so on, with the packages.
closure() {
  local -a queue=("$@")
  local -A known=()
  local package
  for package in "$@"; do known[$package]=1; done
  while ((${#queue[@]})); do
    local -a next=()
    while read -r package; do
      [[ -n ${known[$package]:-} ]] && continue
      known[$package]=1
      next+=("$package")
    done < <(apt-cache "${options[@]}" depends --no-recommends --no-suggests --no-conflicts \
      --no-breaks --no-replaces --no-enhances "${queue[@]}" |
      awk '$1 == "Depends:" && $2 ~ /^(lib|zlib)/ && $2 !~ /gconv/ { print $2 }')
    queue=("${next[@]}")
  done
  printf '%s\n' "${!known[@]}"
}

say "reading the package lists of Debian $SUITE"
choose_mirror || fail "the package lists of Debian $SUITE cannot be had: see above"
mapfile -t packages < <(closure "$ROOT_PACKAGE" | sort)
((${#packages[@]} > 1)) || fail "Debian $SUITE has no $ROOT_PACKAGE for $architecture now"

say "downloading ${packages[*]}"
# "--" would be taken for a package; the names come from the signed lists.
(cd "$work/packages" && retry apt-get "${options[@]}" download "${packages[@]}" \
  >"$work/download.log" 2>&1) || {
  sed -E 's#://[^/@ ]*@#://#g' "$work/download.log" >&2
  fail "the packages cannot be downloaded: see above"
}
for archive in "$work"/packages/*.deb; do
  # shellcheck disable=SC2016  # dpkg-deb's own placeholders
  dpkg-deb --show --showformat '${Package} ${Version}\n' "$archive" >>"$work/VERSION"
  dpkg-deb --extract "$archive" "$work/root"
done

rm -rf "$work"/root/usr/share "$work"/root/usr/libexec  # documentation, start-up scripts
libraries=usr/lib/$triplet
[[ -x $work/root/$libraries/$loader ]] || fail "$loader is not where Debian's libc6 had it"
[[ -x $work/root/usr/bin/llama-server ]] || fail "$ROOT_PACKAGE holds no llama-server any more"
# ggml looks for its CPU backends beside the running program, which is the loader here, and takes
# the best one that the processor supports.
(cd "$work/root/$libraries" &&
  for backend in ggml/*/libggml-*.so; do
    [[ -e $backend ]] && ln -sf "$backend" .
  done)
mkdir -p "$work/root/bin"
cat >"$work/root/bin/llama-server" <<LAUNCHER
#!/bin/sh
# Starts llama-server with the libraries beside it. Written by tools/setup/engine.sh.
here=\$(CDPATH= cd -- "\$(dirname -- "\$0")/.." && pwd)
libraries=\$here/$libraries
exec "\$libraries/$loader" --library-path "\$libraries:\$libraries/llama" \\
  "\$here/usr/bin/llama-server" "\$@"
LAUNCHER
chmod 755 "$work/root/bin/llama-server"

if ! version=$("$work/root/bin/llama-server" --version 2>&1); then
  printf '%s\n' "$version" >&2
  fail "the unpacked llama-server does not start: see above"
fi

rm -rf "${prefix:?}/usr" "${prefix:?}/bin" "$prefix/VERSION"
mv "$work/root/usr" "$work/root/bin" "$prefix/"
{
  printf '%s\n' "$version" | grep -i '^version' || true
  sort "$work/VERSION"
} >"$work/VERSION.done"
mv "$work/VERSION.done" "$prefix/VERSION"
say "ready: $prefix/bin/llama-server ($(du -sm "$prefix/usr" | cut -f1) MiB)"
