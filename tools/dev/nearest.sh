# nearest.sh WORD CANDIDATE...: prints the candidate with the fewest edits.
set -euo pipefail
word=$1
shift
printf '%s\n' "$@" | awk -v a="$word" '
function min(x, y) { return x < y ? x : y }
{
	for (i = 0; i <= length(a); i++)
		d[i, 0] = i
	for (j = 0; j <= length($0); j++)
		d[0, j] = j
	for (i = 1; i <= length(a); i++)
		for (j = 1; j <= length($0); j++)
			d[i, j] = min(min(d[i - 1, j], d[i, j - 1]) + 1, \
				d[i - 1, j - 1] + (substr(a, i, 1) != substr($0, j, 1)))
	n = d[length(a), length($0)]
	if (NR == 1 || n < best) {
		best = n
		name = $0
	}
}
END { print name }'
