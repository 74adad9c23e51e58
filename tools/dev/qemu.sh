# qemu.sh: QEMU and the root of the test host, unpacked from packages in the cache.
#
# One tree serves twice: it is the root file system of the test host, and QEMU is
# run out of it here, with its own dynamic loader and libraries, so that this
# machine stays as it is.  QEMU comes from the release's backports where the
# mirror has them (10.0 boots a nested bzImage, 7.2 only the ELF).
# shellcheck shell=bash

# tree_dir [PACKAGE...]: the tree with those packages added; sets tree_dir_ret.
tree_dir() {
	local key
	key=$(printf '%s\n' "${packages_testhost[@]}" "$@" | sha256sum | head -c 12)
	if [ ! -e "$cache/trees/$key/packages" ] || [ -n "${refresh-}" ]; then
		with_lock trees tree_fetch "$key" "$@"
	fi
	tree_dir_ret=$(readlink -f "$cache/trees/$key")
}

tree_fetch() {
	local key=$1 list version tmp
	shift
	if [ -e "$cache/trees/$key/packages" ] && [ -z "${refresh-}" ]; then
		return 0
	fi
	cache_space 1000
	mirror_ready
	# An empty dpkg status makes apt list the whole closure, libc included.
	list=$(apt-get -c "$mirror/apt.conf" --no-install-recommends -y --print-uris \
		install "${packages_testhost[@]}" "$@") ||
		die "the Debian mirror cannot give all of: ${packages_testhost[*]} $*"
	list=$(awk '/^.http/ { sub(/_[^_]*$/, "", $2); sub(/_/, "=", $2); gsub(/%3a/, ":", $2); print $2 }' <<<"$list" | sort)
	version=$(sha256sum <<<"$list" | head -c 12)
	if [ ! -e "$cache/trees/v/$version/packages" ]; then
		cache_temp tmp
		# shellcheck disable=SC2086
		mirror_download "$tmp" $list
		mirror_unpack "$tmp"
		tree_finish "$tmp/root"
		echo "$list" >"$tmp/root/packages"
		mkdir -p "$cache/trees/v"
		mv -T "$tmp/root" "$cache/trees/v/$version"
		rm -rf "$tmp"
	fi
	ln -sfn "v/$version" "$cache/trees/.$key"
	mv -T "$cache/trees/.$key" "$cache/trees/$key"
	say "dev: $(sed -n 's/^qemu-system-x86=/test host with QEMU /p' "$cache/trees/$key/packages")"
}

# What maintainer scripts would have done, as far as the test host needs it.
tree_finish() {
	local root=$1 a bb
	bb=$(cd "$root" && find bin usr/bin -name busybox | head -n 1)
	mkdir -p "$root"/{dev,proc,sys,tmp,run,root,var/tmp,terrace,etc,sbin,bin}
	for a in $("$root/$bb" --list); do
		if ! [ -e "$root/bin/$a" ] && ! [ -e "$root/usr/bin/$a" ] &&
			! [ -e "$root/sbin/$a" ] && ! [ -e "$root/usr/sbin/$a" ]; then
			ln -s "/$bb" "$root/bin/$a"
		fi
	done
	echo 'root:x:0:0:root:/root:/bin/sh' >"$root/etc/passwd"
	echo 'root:x:0:' >"$root/etc/group"
	echo '127.0.0.1 localhost testhost' >"$root/etc/hosts"
	echo testhost >"$root/etc/hostname"
	rm -rf "$root"/usr/lib/systemd "$root"/lib/systemd "$root"/usr/share/i18n
}

# qemu_command TREE: sets qemu_cmd to the words that start the tree's QEMU here.
# shellcheck disable=SC2034
qemu_command() {
	local tree=$1 lib
	lib=$(find "$tree/lib" "$tree/usr/lib" -name 'ld-linux-x86-64.so.2' -type f 2>/dev/null | head -n 1)
	[ -n "$lib" ] || die "no dynamic loader in $tree; remove that folder and run ./dev setup"
	qemu_cmd=(env "QEMU_MODULE_DIR=$tree/usr/lib/x86_64-linux-gnu/qemu"
		"$lib" --library-path "$tree/lib/x86_64-linux-gnu:$tree/usr/lib/x86_64-linux-gnu"
		"$tree/usr/bin/qemu-system-x86_64" -L "$tree/usr/share/qemu" -L "$tree/usr/share/seabios")
}
