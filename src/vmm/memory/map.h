/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mapping memory at an address whose low bits are chosen, so that huge pages can back it.
 *
 * Threads: any.
 */
#ifndef TERRACE_VMM_MEMORY_MAP_H
#define TERRACE_VMM_MEMORY_MAP_H

#include <stdint.h>

#include "base/err.h"

struct memory_map_request {
	uint64_t size_bytes;  /* a multiple of 4096 */
	uint64_t align_bytes; /* a power of two, at least 4096 */
	uint64_t phase_bytes; /* the address modulo align_bytes; a multiple of 4096 below it */
	int protection;	      /* PROT_* */
	int flags;	      /* MAP_*, without MAP_FIXED */
	int fd;		      /* or -1 */
	uint64_t offset_bytes;
};

/*
 * Negative errno of mmap(2); err is left to the caller, who knows what the memory is for. A page
 * without access lies before and behind the memory: a program of ours that runs past an end faults, and
 * two backends never become one mapping, so that each can be told apart in /proc/PID/maps.
 */
int memory_map(const struct memory_map_request *request, void **ret_host);
/* The memory and its guards; size_bytes as mapped. */
void memory_unmap(void *host, uint64_t size_bytes);

#endif
