# bench.sh: the benchmarks; bench/run.sh knows them.
source tools/dev/lib.sh
source tools/dev/packages.sh
source tools/dev/meson.sh
need_packages "${packages_build[@]}" "${packages_images[@]}"
[ -e bench/run.sh ] || die "bench: there is no bench/run.sh"
meson_ready build
exec bash bench/run.sh "$@"
