# build.sh: compiles into build/.
source tools/dev/lib.sh
source tools/dev/packages.sh
source tools/dev/meson.sh
[ $# -eq 0 ] || usage_error "build: takes no arguments"
need_packages "${packages_build[@]}"
meson_ready build
