# quick.sh: the tests that need no test host.
source tools/dev/lib.sh
source tools/dev/packages.sh
source tools/dev/meson.sh
[ $# -eq 0 ] || usage_error "quick: takes no arguments"
need_packages "${packages_build[@]}"
meson_ready build
summary=$(mktemp)
cleanup_paths+=("$summary")
meson_tests "$summary" build
summary_print "$summary"
