# fmt.sh: clang-format over the C files; --check only tells.
source tools/dev/lib.sh
source tools/dev/packages.sh
mode=(-i)
case ${1-} in
"") ;;
--check) mode=(--dry-run --Werror) ;;
*) usage_error "fmt: no option '$1'; there is --check" ;;
esac
need_packages "${packages_fmt[@]}" git
mapfile -t files < <(git ls-files -co --exclude-standard -- '*.c' '*.h')
[ ${#files[@]} -gt 0 ] || die "fmt: no C files here"
run clang-format "${mode[@]}" "${files[@]}"
