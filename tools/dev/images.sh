# images.sh: the guest's kernel files and initramfs, cached by what they are made of.
# shellcheck shell=bash

guest_modules=(button virtio_pci virtio_mem virtio_balloon virtio_blk virtio_net)

# content_key FILE-OR-WORD...: a hash over the contents of files and the words.
content_key() {
	local a
	for a in "$@"; do
		if [ -f "$a" ]; then
			sha256sum <"$a"
		else
			echo "$a"
		fi
	done | sha256sum | head -c 16
}

# cpio_pack DIR: a cpio archive of DIR on standard output, owned by root and
# the same for the same contents.
cpio_pack() {
	(cd "$1" && find . -print0 | LC_ALL=C sort -z |
		cpio --quiet --null -o -H newc -R 0:0 --reproducible)
}

# busybox_links ROOT APPLET...: /bin/busybox from this machine, and its names.
busybox_links() {
	local root=$1 bb a
	shift
	bb=$(dpkg -L busybox-static | grep -m 1 'bin/busybox$') || die "busybox-static has no busybox; reinstall it"
	cp "$bb" "$root/bin/busybox"
	for a in "$@"; do
		ln -s busybox "$root/bin/$a"
	done
}

# initramfs_guest KERNELDIR: sets initramfs_ret to the archive in the cache.
initramfs_guest() {
	local dir=$1 key tmp out applets
	key=$(content_key "$dir" guest/* tools/dev/images.sh "$(dpkg-query -W busybox-static)" \
		"$(gcc -dumpfullversion)" "${guest_modules[@]}")
	out=$cache/initramfs/guest-$key.cpio.gz
	if [ ! -e "$out" ]; then
		cache_temp tmp
		mkdir -p "$tmp"/root/{bin,dev,proc,sys,tmp,modules}
		applets=$(busybox --list | grep -v '^busybox$')
		# shellcheck disable=SC2086
		busybox_links "$tmp/root" $applets
		local c
		for c in guest/*.c; do
			run gcc -std=gnu17 -O2 -Wall -Wextra -static -s -o "$tmp/root/bin/$(basename "$c" .c)" "$c"
		done
		kernel_modules_copy "$dir" "$tmp/root/modules" "${guest_modules[@]}"
		install -m 755 guest/init "$tmp/root/init"
		cpio_pack "$tmp/root" | gzip -9n >"$tmp/out" || die "could not pack the guest's initramfs"
		# An archive may be appended; the kernel finds it at a multiple of 4.
		truncate -s %4 "$tmp/out"
		mkdir -p "$cache/initramfs"
		mv "$tmp/out" "$out"
		rm -rf "$tmp"
	fi
	touch "$out"
	initramfs_ret=$out
}

# guest_make KEY: build/guest/KEY/{bzImage,vmlinux,initramfs.cpio.gz}
guest_make() {
	local to=build/guest/$1
	kernel_dir "$1"
	initramfs_guest "$kernel_dir_ret"
	mkdir -p "$to"
	ln -sfn "$kernel_dir_ret/vmlinuz" "$to/bzImage"
	ln -sfn "$kernel_dir_ret/vmlinux" "$to/vmlinux"
	ln -sfn "$initramfs_ret" "$to/initramfs.cpio.gz"
	ln -sfn "$kernel_dir_ret/release" "$to/release"
}

# guest_default KEY: the plain names stand for that kernel.
guest_default() {
	local f
	for f in bzImage vmlinux initramfs.cpio.gz; do
		ln -sfn "$1/$f" "build/guest/$f"
	done
}

# guest_ready: what tests rely on: the release's own kernel and the newest.
guest_ready() {
	guest_make own
	guest_make newest
	[ -e build/guest/bzImage ] || guest_default own
}
