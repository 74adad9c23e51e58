# kernels.sh: Debian cloud kernels, fetched and unpacked in the cache, never installed.
#
# A kernel is asked for by key: `own` (the release's own), `newest` (of this
# release, its backports and the backports of the stable release), or a series
# such as `6.12`.  $cache/kernels/KEY is a link to $cache/kernels/v/VERSION with
#	vmlinuz     bzImage as packaged
#	vmlinux     the uncompressed ELF that was inside it
#	release     what `uname -r` will say
#	lib/modules/RELEASE/...  with modules.dep
# shellcheck shell=bash

# kernel_dir KEY: makes sure that it is there; sets kernel_dir_ret.
kernel_dir() {
	if [ ! -e "$cache/kernels/$1/release" ]; then
		with_lock kernels kernel_fetch "$1"
	fi
	kernel_dir_ret=$(readlink -f "$cache/kernels/$1")
}

# kernel_offers: lines "VERSION SUITE" of the metapackage, newest first.
kernel_offers() {
	apt-cache -c "$mirror/apt.conf" madison linux-image-cloud-amd64 |
		awk -F' *[|] *' '{ split($3, w, " "); print $2, w[2] }' |
		sed 's/^ *//' | sort -rV
}

# kernel_choose KEY: the version of the metapackage for that key.
kernel_choose() {
	local release
	release=$(cat "$mirror/release")
	case $1 in
	newest)
		kernel_offers | awk 'NR == 1 { print $1 }'
		;;
	own)
		kernel_offers | awk -v r="$release" \
			'index($2, r) == 1 && $2 !~ /backports/ && !n++ { print $1 }'
		;;
	*)
		kernel_offers | awk -v k="$1." 'index($1, k) == 1 && !n++ { print $1 }'
		;;
	esac
}

# kernel_parts VERSION: image package and, from 7.x on, what it was split into.
kernel_parts() {
	local show="apt-cache -c $mirror/apt.conf show" image
	# shellcheck disable=SC2086
	image=$($show "linux-image-cloud-amd64=$1" |
		sed -n 's/^Depends:.*\(linux-image-[^ ]*\) (=.*/\1/p' | head -n 1)
	echo "$image=$1"
	# shellcheck disable=SC2086
	$show "$image=$1" | sed -n 's/^Depends: //p' | head -n 1 | tr ',' '\n' |
		sed -n 's/^ *\(linux-\(binary\|modules\)-[^ ]*\) (=.*/\1='"$1"'/p'
}

kernel_fetch() {
	local key=$1 version parts tmp image release
	if [ -e "$cache/kernels/$key/release" ] && [ -z "${refresh-}" ]; then
		return 0
	fi
	cache_space 600
	mirror_ready
	version=$(kernel_choose "$key") || version=""
	[ -n "$version" ] || die "the Debian mirror offers no cloud kernel $key; it has $(kernel_offers |
		awk '{ printf "%s%s", s, $1; s = ", " }')"
	if [ ! -e "$cache/kernels/v/$version/release" ]; then
		mapfile -t parts < <(kernel_parts "$version")
		cache_temp tmp
		mirror_download "$tmp" "${parts[@]}"
		mirror_unpack "$tmp"
		image=$(find "$tmp/root" -type f -name 'vmlinuz*' | head -n 1)
		[ -n "$image" ] || die "no vmlinuz in ${parts[*]}; this package layout is new to tools/dev/kernels.sh"
		release=$(basename "$(dirname "$(find "$tmp/root" -type d -name kernel -path '*/modules/*' | head -n 1)")")
		mkdir -p "$tmp/out/lib/modules"
		mv "$image" "$tmp/out/vmlinuz"
		mv "$(find "$tmp/root" -type d -path "*/modules/$release" | head -n 1)" "$tmp/out/lib/modules/"
		depmod -b "$tmp/out" "$release" 2>/dev/null || die "depmod failed for kernel $version"
		kernel_extract "$tmp/out/vmlinuz" "$tmp/out/vmlinux"
		echo "$release" >"$tmp/out/release"
		mkdir -p "$cache/kernels/v"
		mv -T "$tmp/out" "$cache/kernels/v/$version"
		rm -rf "$tmp"
	fi
	ln -sfn "v/$version" "$cache/kernels/.$key"
	mv -T "$cache/kernels/.$key" "$cache/kernels/$key"
	say "dev: kernel $key is $version"
}

# kernel_modules DIR MODULE...: the files to insmod, in order (built-in ones left out).
kernel_modules() {
	local dir=$1 m
	shift
	for m in "$@"; do
		modprobe -d "$dir" -S "$(cat "$dir/release")" --show-depends "$m" 2>/dev/null || true
	done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }'
}

# kernel_modules_copy DIR DEST MODULE...: those files, decompressed, flat in DEST/,
# their order in DEST/list.
kernel_modules_copy() {
	local dir=$1 dest=$2 file name
	shift 2
	mkdir -p "$dest"
	: >"$dest/list"
	while read -r file; do
		name=$(basename "$file")
		case $name in
		*.xz) name=${name%.xz} && xz -dc "$file" >"$dest/$name" ;;
		*.zst) name=${name%.zst} && zstd -qdc "$file" >"$dest/$name" ;;
		*) cp "$file" "$dest/$name" ;;
		esac
		# Signature and debug notes would only cost time under emulation.
		strip --strip-debug "$dest/$name"
		echo "$name" >>"$dest/list"
	done < <(kernel_modules "$dir" "$@")
}

# le FILE OFFSET BYTES: an unsigned little-endian number.
le() {
	od -A n -t "u$3" -j "$2" -N "$3" "$1" | tr -d ' '
}

# kernel_extract BZIMAGE ELF: takes the payload out (boot protocol 2.08: setup_sects
# 0x1f1, payload_offset 0x248, payload_length 0x24c).  All but gzip have the
# size appended, 4 bytes that the decompressors would call rubbish.
kernel_extract() {
	local offset length magic tool
	[ "$(le "$1" 514 4)" = 1400005704 ] || die "$1 is not a bzImage"
	offset=$((($(le "$1" 497 1) + 1) * 512 + $(le "$1" 584 4)))
	length=$(le "$1" 588 4)
	magic=$(od -A n -t x1 -j "$offset" -N 4 "$1" | tr -d ' ')
	case $magic in
	28b52ffd) tool="zstd -q -d -c" ;;
	fd377a58) tool="xz -d -c" ;;
	02214c18) tool="lz4 -q -d -c" ;;
	1f8b*) tool="gzip -d -c" ;;
	*) die "unknown compression ($magic) in $1; add it to kernel_extract" ;;
	esac
	[ "${magic#1f8b}" != "$magic" ] || length=$((length - 4))
	# shellcheck disable=SC2086
	head -c $((offset + length)) "$1" | tail -c "$length" | $tool >"$2.part" 2>/dev/null ||
		die "could not take the ELF out of $1"
	[ "$(od -A n -t x1 -N 4 "$2.part" | tr -d ' ')" = 7f454c46 ] ||
		die "the payload of $1 is not an ELF file"
	mv "$2.part" "$2"
}
