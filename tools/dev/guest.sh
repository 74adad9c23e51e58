# guest.sh: the guest's kernel and initramfs in build/guest/.
source tools/dev/lib.sh
source tools/dev/packages.sh
source tools/dev/mirror.sh
source tools/dev/kernels.sh
source tools/dev/images.sh

keys=()
while [ $# -gt 0 ]; do
	case $1 in
	--kernel)
		case ${2-} in
		own | newest | [0-9]*.[0-9]*) keys+=("$2") ;;
		*) usage_error "guest: --kernel wants own, newest or a series such as 6.12, not '${2-}'" ;;
		esac
		shift 2
		;;
	--help | -h)
		echo "./dev guest [--kernel own|newest|6.12|6.1]..."
		echo "makes build/guest/KERNEL/{bzImage,vmlinux,initramfs.cpio.gz}; the first KERNEL also gets the"
		echo "plain names in build/guest/.  Without --kernel: own (the release's) and newest."
		exit 0
		;;
	*) usage_error "guest: no option '$1' (./dev guest --help)" ;;
	esac
done

need_packages gcc libc6-dev "${packages_images[@]}"
[ ${#keys[@]} -gt 0 ] || keys=(own newest)
for key in "${keys[@]}"; do
	guest_make "$key"
done
guest_default "${keys[0]}"
for key in "${keys[@]}"; do
	say "build/guest/$key: kernel $(cat "build/guest/$key/release")"
done
ls -lL build/guest/bzImage build/guest/vmlinux build/guest/initramfs.cpio.gz >&2
