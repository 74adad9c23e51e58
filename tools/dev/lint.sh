# lint.sh: what compilers do not see: shellcheck, cppcheck, clang-tidy.
source tools/dev/lib.sh
source tools/dev/packages.sh
source tools/dev/meson.sh
[ $# -eq 0 ] || usage_error "lint: takes no arguments"
need_packages "${packages_build[@]}" "${packages_lint[@]}" git
failed=0

mapfile -t shells < <(git ls-files -co --exclude-standard -- dev .ci/run '*.sh' guest/init tools/testhost)
run shellcheck -x -e SC1090,SC1091,SC2012,SC2013,SC2016,SC2034,SC2054,SC2086,SC2119,SC2120,SC2154,SC2317 -s bash "${shells[@]}" || failed=1

mapfile -t files < <(git ls-files -co --exclude-standard -- '*.c')
if [ ${#files[@]} -gt 0 ]; then
	run cppcheck --quiet --std=c11 --enable=warning,portability --inline-suppr --error-exitcode=1 \
		--suppress=missingIncludeSystem -I src "${files[@]}" || failed=1
fi
if [ -e meson.build ]; then
	meson_ready build
	mapfile -t files < <(git ls-files -- 'src/*.c')
	if [ ${#files[@]} -gt 0 ]; then
		run clang-tidy -p build --quiet \
			--checks='-*,bugprone-*,clang-analyzer-*,-bugprone-easily-swappable-parameters,-clang-analyzer-security.insecureAPI.DeprecatedOrUnsafeBufferHandling' \
			--warnings-as-errors='*' "${files[@]}" || failed=1
	fi
fi
[ $failed -eq 0 ] || die "lint: see above"
