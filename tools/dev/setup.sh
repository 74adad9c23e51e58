# setup.sh: everything that later verbs need, so that they can work without the network.
source tools/dev/lib.sh
source tools/dev/packages.sh
source tools/dev/mirror.sh
source tools/dev/kernels.sh
source tools/dev/qemu.sh
source tools/dev/images.sh
source tools/dev/meson.sh

refresh=""
case ${1-} in
"") ;;
--refresh) refresh=1 ;;
*) usage_error "setup: no option '$1'; there is --refresh" ;;
esac

need_packages "${packages_build[@]}" "${packages_images[@]}"
if [ -n "$refresh" ]; then
	rm -f "$mirror/release"
	for key in own newest 6.12 6.1; do
		[ ! -e "$cache/kernels/$key" ] || with_lock kernels kernel_fetch "$key"
	done
fi
tree_dir
refresh=""
guest_ready
if [ -e meson.build ]; then
	meson_ready build
fi
say "dev: ready; downloads are in $cache ($(du -sh "$cache" | awk '{ print $1 }'))"
