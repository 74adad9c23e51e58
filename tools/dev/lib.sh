# lib.sh: what the verbs share: messages, the cache, locks, Debian packages.
#
# Sourced with the repository root as working directory.  Everything that is
# told to the user goes to standard error; standard output belongs to results.
# shellcheck shell=bash
set -euo pipefail

PATH=$PATH:/usr/sbin:/sbin
: "${TERRACE_ROOT:=$PWD}" "${TERRACE_CWD:=$PWD}"
cache=${TERRACE_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/terrace}

say() { printf '%s\n' "$*" >&2; }

die() {
	printf 'dev: %s\n' "$*" >&2
	exit 1
}

usage_error() {
	printf 'dev: %s\n' "$*" >&2
	exit 2
}

# run COMMAND...: prints it, then runs it.
run() {
	local text
	printf -v text ' %q' "$@"
	printf '+%s\n' "$text" >&2
	"$@"
}

# Directories and files to remove when the process ends, however it ends.
# shellcheck disable=SC2034
cleanup_paths=()
cleanup_run() {
	local p
	for p in "${cleanup_paths[@]-}"; do
		if [ -n "$p" ]; then
			rm -rf -- "$p"
		fi
	done
}
trap cleanup_run EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# cache_temp VAR: a fresh directory in the cache, to be renamed into place.
# One that a killed process left behind goes away after a day.
cache_temp() {
	mkdir -p "$cache/tmp" || die "cannot create $cache; set TERRACE_CACHE to a writable folder"
	find "$cache/tmp" -mindepth 1 -maxdepth 1 -mmin +1440 -exec rm -rf {} + 2>/dev/null || true
	local dir
	dir=$(mktemp -d "$cache/tmp/XXXXXX") || die "cannot write to $cache; set TERRACE_CACHE to a writable folder"
	cleanup_paths+=("$dir")
	printf -v "$1" %s "$dir"
}

# cache_space MIB: refuses at once instead of half-way through a download.
cache_space() {
	local free
	mkdir -p "$cache" || die "cannot create $cache; set TERRACE_CACHE to a writable folder"
	free=$(df -Pm "$cache" | awk 'NR == 2 { print $4 }')
	if [ "$free" -lt "$1" ]; then
		die "$cache has $free MiB free and $1 are needed; free some or set TERRACE_CACHE"
	fi
}

# with_lock NAME COMMAND...: one process at a time, machine wide per cache.
with_lock() {
	local name=$1 fd
	shift
	mkdir -p "$cache" || die "cannot create $cache; set TERRACE_CACHE to a writable folder"
	exec {fd}>"$cache/.$name.lock"
	if ! flock -n "$fd"; then
		say "dev: waiting for another ./dev that holds $cache/.$name.lock"
		flock "$fd"
	fi
	"$@"
	exec {fd}>&-
}

# need_packages PACKAGE...: installs those that are missing, and calls apt only then.
need_packages() {
	local p missing=() sudo=()
	for p in "$@"; do
		if [ "$(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null || true)" != installed ]; then
			missing+=("$p")
		fi
	done
	if [ ${#missing[@]} -eq 0 ]; then
		return 0
	fi
	if ! command -v apt-get >/dev/null; then
		die "missing: ${missing[*]}; this is not Debian, install them by hand"
	fi
	if [ "$(id -u)" -ne 0 ]; then
		command -v sudo >/dev/null ||
			die "missing: ${missing[*]}; become root, or install sudo, and run this again"
		sudo=(sudo)
	fi
	local install=("${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y
		-o DPkg::Lock::Timeout=600 -o Dpkg::Use-Pty=0 --no-install-recommends install "${missing[@]}")
	local update=("${sudo[@]}" apt-get -q -o DPkg::Lock::Timeout=600 update)
	# Without package lists, or with old ones, the first try fails: then update.
	if apt-get -qq -s --no-install-recommends install "${missing[@]}" >/dev/null 2>&1 &&
		run "${install[@]}" >&2; then
		return 0
	fi
	run "${update[@]}" >&2 || die "apt-get update failed; check the network and the apt sources"
	run "${install[@]}" >&2 ||
		die "apt could not install ${missing[*]}; look at the message above, then run this again"
}
