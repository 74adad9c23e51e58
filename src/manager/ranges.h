/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a backend's memory is in the address space of a running VMM, seen from outside, and bringing
 * pages that are on wrong nodes back.
 *
 * Threads: any; no shared state.
 */
#ifndef TERRACE_MANAGER_RANGES_H
#define TERRACE_MANAGER_RANGES_H

#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/idset.h"
#include "base/util.h"

#define RANGES_MAX 64u

/* Pieces of one backend: an advice or a lock may have cut the mapping. */
struct ranges {
	struct range pieces[RANGES_MAX];
	size_t n;
};

/* By the names [anon:terrace:ID] and /memfd:terrace:ID. -ENOENT: no such memory. */
int ranges_find_named(pid_t pid, const char *id, struct ranges *ret_ranges, struct err *err)
	__attribute__((warn_unused_result));
/*
 * In the answer of QEMU's x-query-ramblock (8.0 and newer say where a block is). -ENOENT: no such
 * block, or not said.
 */
int ranges_find_in_ramblocks(const char *text, const char *id, struct ranges *ret_ranges,
			     struct err *err) __attribute__((warn_unused_result));

/* Pages (4 KiB) of the ranges that are not on nodes: numa_maps, without looking at each. */
int ranges_count_strays(pid_t pid, const struct ranges *ranges, const struct idset *nodes,
			uint64_t *ret_pages, struct err *err) __attribute__((warn_unused_result));

/*
 * Moves the pages that are not on nodes there, at most until deadline_ms (process_now_ms()); *ret_left:
 * those that could not be moved, or not yet.
 */
int ranges_move_strays(pid_t pid, const struct ranges *ranges, const struct idset *nodes,
		       int64_t deadline_ms, uint64_t *ret_left, struct err *err)
	__attribute__((warn_unused_result));

#endif
