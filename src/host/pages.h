/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where pages are, and moving them: move_pages(2).
 *
 * pid 0 is the calling process. Another process needs CAP_SYS_NICE or the same user and
 * PTRACE_MODE_READ.
 *
 * Threads: any; no shared state.
 */
#ifndef TERRACE_HOST_PAGES_H
#define TERRACE_HOST_PAGES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "host/facts.h"

/*
 * The node of each page, or a negative errno for one that has none (-ENOENT: never touched or
 * swapped out; -EFAULT: zero page or not mapped).
 */
int host_pages_where(pid_t pid, const uint64_t *addresses, size_t n_pages, int *ret_nodes,
		     struct err *err) __attribute__((warn_unused_result));

/*
 * Moves each page to its node; ret_status is the page's node after the call or a negative errno.
 * Returns the number of pages that did not move. Pages used by several processes stay.
 */
int host_pages_move(pid_t pid, const uint64_t *addresses, const int *nodes, size_t n_pages,
		    int *ret_status, struct err *err) __attribute__((warn_unused_result));

/* Pages of a range by node. */
struct host_residency {
	uint64_t pages[HOST_NODE_MAX];
	uint64_t absent; /* no page behind the address */
};

/*
 * Adds the pages of [address, address + size_bytes) to counts, one query per page_bytes (a multiple
 * of 4096; larger than the real page it samples). Both ends must be multiples of 4096.
 */
int host_pages_count(pid_t pid, uint64_t address, uint64_t size_bytes, uint64_t page_bytes,
		     struct host_residency *counts, struct err *err)
	__attribute__((warn_unused_result));

#endif
