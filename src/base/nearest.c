/* SPDX-License-Identifier: Apache-2.0 */
/* Nearest names: see nearest.h. */
#include "base/nearest.h"

#include <string.h>

#include "base/util.h"

unsigned int nearest_distance(const char *a, const char *b)
{
	/* Three rows of the edit matrix: the swap of neighbours looks two rows back. */
	unsigned int rows[3][NEAREST_NAME_MAX + 1];
	size_t a_len = strnlen(a, NEAREST_NAME_MAX + 1), b_len = strnlen(b, NEAREST_NAME_MAX + 1);

	if (a_len > NEAREST_NAME_MAX || b_len > NEAREST_NAME_MAX)
		return NEAREST_NAME_MAX + 1;
	for (size_t j = 0; j <= b_len; j++)
		rows[0][j] = (unsigned int)j;
	for (size_t i = 1; i <= a_len; i++) {
		unsigned int *row = rows[i % 3], *above = rows[(i - 1) % 3];

		row[0] = (unsigned int)i;
		for (size_t j = 1; j <= b_len; j++) {
			unsigned int cost = a[i - 1] != b[j - 1];

			row[j] = MIN(above[j], row[j - 1]) + 1;
			row[j] = MIN(row[j], above[j - 1] + cost);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = MIN(row[j], rows[(i - 2) % 3][j - 2] + 1);
		}
	}
	return rows[a_len % 3][b_len];
}

void nearest_offer(const char *typed, const char *candidate, const char **best)
{
	unsigned int distance = nearest_distance(typed, candidate);
	size_t allowed = MAX(strnlen(typed, NEAREST_NAME_MAX) / 3, (size_t)1);

	/* A name of which every letter must change is another name. */
	if (distance > allowed || distance >= strnlen(typed, NEAREST_NAME_MAX))
		return;
	if (!*best || distance < nearest_distance(typed, *best))
		*best = candidate;
}
