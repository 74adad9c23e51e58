/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sets of small ids: host nodes, guest cells, CPUs. A plain value, copied by assignment.
 *
 * Text form is the kernel's list format ("0-3,8,10-11"; Documentation/admin-guide/kernel-parameters).
 * Threads: values; no shared state.
 */
#ifndef TERRACE_BASE_IDSET_H
#define TERRACE_BASE_IDSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define IDSET_MAX 4096u /* ids are 0 .. IDSET_MAX - 1: KVM's largest vCPU count */

struct idset {
	uint64_t words[IDSET_MAX / 64];
};

#define IDSET_EMPTY ((struct idset){ { 0 } })

/* id must be below IDSET_MAX. */
void idset_add(struct idset *set, unsigned int id);
void idset_del(struct idset *set, unsigned int id);
bool idset_has(const struct idset *set, unsigned int id);

/* Adds first..last, both included; first <= last < IDSET_MAX. */
void idset_add_range(struct idset *set, unsigned int first, unsigned int last);

bool idset_is_empty(const struct idset *set);
unsigned int idset_count(const struct idset *set);
bool idset_equal(const struct idset *a, const struct idset *b);
bool idset_intersects(const struct idset *a, const struct idset *b);
bool idset_is_subset(const struct idset *inner, const struct idset *outer);
void idset_union(struct idset *into, const struct idset *from);

/* Smallest member >= from, or -1. for (int i = idset_next(s, 0); i >= 0; i = idset_next(s, i + 1)) */
int idset_next(const struct idset *set, unsigned int from);
/* Largest member, or -1. */
int idset_last(const struct idset *set);

/*
 * Reads "0-3,8"; blanks around are allowed, "" is the empty set. -EINVAL on other text, on a
 * reversed range and on ids >= limit (limit <= IDSET_MAX).
 */
int idset_parse(const char *text, unsigned int limit, struct idset *ret_set, struct err *err);

/* Writes the list form; returns the length it needs without the terminator (as snprintf). */
size_t idset_format(const struct idset *set, char *buf, size_t buf_size);

#endif
