# mirror.sh: Debian packages of this and newer suites, without installing them.
#
# apt itself does the work (signatures, checksums, proxies), with a state of its
# own in the cache, so neither root nor any change of the machine is needed.  The
# mirror is the one in the machine's apt sources: its suites, and from the same
# place the backports of this release and of the current stable release, where
# the mirror has them.
# shellcheck shell=bash

mirror=$cache/apt

mirror_configure() {
	mkdir -p "$mirror"/lists/partial "$mirror"/cache/archives/partial ||
		die "cannot write to $cache; set TERRACE_CACHE to a writable folder"
	: >"$mirror/status"
	cat >"$mirror/apt.conf" <<-EOF
		quiet "2";
		Dir::State "$mirror";
		Dir::State::status "$mirror/status";
		Dir::Cache "$mirror/cache";
		Dir::Cache::pkgcache "pkgcache.bin";
		Dir::Etc::sourcelist "$mirror/sources.list";
		Dir::Etc::sourceparts "/dev/null";
		Dir::Etc::preferences "$mirror/preferences";
		Dir::Etc::preferencesparts "/dev/null";
		APT::Sandbox::User "";
		Acquire::Languages "none";
		Acquire::Retries "3";
		#clear APT::Update::Post-Invoke;
		#clear APT::Update::Post-Invoke-Success;
	EOF
}

# The Debian index files of the machine's own sources: URI, release, component.
mirror_own() {
	apt-get "$@" indextargets --format '$(ORIGIN) $(CREATED_BY) $(REPO_URI) $(RELEASE) $(COMPONENT)' |
		awk '$1 == "Debian" && $2 == "Packages" { print $3, $4, $5 }' | sort -u
}

# mirror_codename URI SUITE: its code name; fails when the mirror lacks it.
mirror_codename() {
	local file=$mirror/probe
	rm -f "$file"
	/usr/lib/apt/apt-helper -q -q -o APT::Sandbox::User= download-file \
		"${1%/}/dists/$2/Release" "$file" >/dev/null 2>&1 || return 1
	sed -n 's/^Codename: \([a-z0-9.-]*\)$/\1/p' "$file"
}

# Writes sources.list and updates the private lists.
mirror_update() {
	mirror_configure
	local own uri release suite key=/usr/share/keyrings/debian-archive-keyring.gpg opt=""
	own=$(mirror_own)
	if [ -z "$own" ]; then
		# A machine that never ran apt-get update: read its sources here.
		local state=(-q -q -o "Dir::State=$mirror/own" -o "Dir::State::status=$mirror/status"
			-o "Dir::Cache=$mirror/own/cache" -o APT::Sandbox::User=)
		mkdir -p "$mirror"/own/{lists/partial,cache/archives/partial}
		run apt-get "${state[@]}" update >&2 || true
		own=$(mirror_own "${state[@]}")
	fi
	[ -n "$own" ] ||
		die "no Debian mirror in the apt sources, or it does not answer; check apt-get update"
	[ ! -e $key ] || opt="[signed-by=$key] "
	# The release itself: its own suites carry no suffix.
	read -r uri release _ < <(grep -v -E -- ' [a-z]+-(updates|security|backports)[a-z-]* ' <<<"$own" | head -n 1) || true
	[ -n "${release-}" ] || read -r uri release _ <<<"$own"
	release=${release%%-*}
	{
		awk -v o="$opt" '{ print "deb " o $1, $2, $3 }' <<<"$own"
		for suite in "$release-backports" "$(mirror_codename "$uri" stable-backports)"; do
			if [ -n "$suite" ] && ! grep -q " $suite " <<<"$own" &&
				mirror_codename "$uri" "$suite" >/dev/null; then
				echo "deb $opt$uri $suite main"
			fi
		done
	} | awk '!seen[$0]++' >"$mirror/sources.new"
	mv "$mirror/sources.new" "$mirror/sources.list"
	# Only QEMU and its firmware come from the backports.
	cat >"$mirror/preferences" <<-EOF
		Package: qemu-system-* qemu-utils qemu-block-extra seabios ipxe-qemu
		Pin: release n=$release-backports
		Pin-Priority: 600
	EOF
	echo "$release" >"$mirror/release"
	run apt-get -c "$mirror/apt.conf" update >&2 ||
		die "the Debian mirror $uri does not answer; check the network and the apt sources"
}

# Once per process, and not again within an hour.
mirror_ready() {
	if [ -z "$(find "$mirror/release" -mmin -60 2>/dev/null)" ]; then
		mirror_update
		touch "$mirror/release"
	fi
}

# mirror_download DIR NAME=VERSION...: the .deb files, checksums verified by apt.
mirror_download() {
	local dir=$1
	shift
	(cd "$dir" && run apt-get -c "$mirror/apt.conf" download "$@" >&2) ||
		die "could not fetch $1 from the Debian mirror; check the network and the space in $cache"
}

# mirror_unpack DIR: unpacks every .deb in DIR into DIR/root.
mirror_unpack() {
	local deb
	mkdir -p "$1/root"
	for deb in "$1"/*.deb; do
		dpkg-deb --fsys-tarfile "$deb" |
			tar -x -C "$1/root" --keep-directory-symlink --no-same-owner \
				--exclude='./usr/share/doc/*' --exclude='./usr/share/man/*' \
				--exclude='./usr/share/locale/*' ||
			die "could not unpack $(basename "$deb"); check the space in $cache"
		rm -f "$deb"
	done
}
