# check.sh: all tests: those of the build, then the suites in the test host.
#
# With names (./dev check 00 numa): only these suites.
source tools/dev/lib.sh
source tools/dev/packages.sh
source tools/dev/meson.sh
source tools/dev/suites.sh
need_packages "${packages_build[@]}" "${packages_images[@]}"
summary=$(mktemp)
cleanup_paths+=("$summary" "$summary.again")
meson_ready build
if [ $# -eq 0 ]; then
	meson_tests "$summary" build
fi
suites_run "$summary" build "$@"
[ ! -s "$summary.again" ] || cat "$summary.again"
summary_print "$summary"
