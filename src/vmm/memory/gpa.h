/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A guest physical address: a type of its own, so that it can neither be dereferenced nor mixed up
 * with a host address or an offset. The only door to the bytes behind it is guest_memory.h.
 */
#ifndef TERRACE_VMM_MEMORY_GPA_H
#define TERRACE_VMM_MEMORY_GPA_H

#include <stdint.h>

typedef struct {
	uint64_t value;
} gpa_t;

static inline gpa_t gpa(uint64_t value)
{
	return (gpa_t){ value };
}

#endif
