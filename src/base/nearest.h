/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The known name that is nearest to a mistyped one, for "did you mean" hints.
 *
 * Distance is optimal string alignment: insert, delete, replace, swap of neighbours, each 1.
 * Threads: pure functions.
 */
#ifndef TERRACE_BASE_NEAREST_H
#define TERRACE_BASE_NEAREST_H

#include <stddef.h>

/* Names longer than this are never near anything: keeps the cost of hostile input small. */
#define NEAREST_NAME_MAX 48u

/* Edits from a to b; NEAREST_NAME_MAX + 1 when either is too long to compare. */
unsigned int nearest_distance(const char *a, const char *b);

/*
 * Offers one candidate: keeps it in *best (NULL at first) if it is nearer to typed than the one
 * before and near enough to be meant (edits in at most a third of the letters; one edit always, if a letter
 * stays). Ties keep the earlier one. Call it for each known name.
 */
void nearest_offer(const char *typed, const char *candidate, const char **best);

#endif
