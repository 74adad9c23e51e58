# golden.sh: runs the tests so that they write what they now print as the expected output;
# look at `git diff` afterwards.
source tools/dev/lib.sh
source tools/dev/packages.sh
source tools/dev/meson.sh
[ $# -eq 0 ] || usage_error "golden: takes no arguments"
need_packages "${packages_build[@]}"
meson_ready build
export TERRACE_GOLDEN_UPDATE=1
summary=$(mktemp)
cleanup_paths+=("$summary")
meson_tests "$summary" build
run git --no-pager diff --stat -- tests docs data >&2 || true
summary_print "$summary"
