/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of a fuzz program agree on. How to add a target: see meson.build beside this file.
 */
#ifndef TERRACE_TESTS_FUZZ_H
#define TERRACE_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* The target. Returns 0. Keeps nothing between calls. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A property that must hold for every input. Unlike assert() it is never compiled out. */
#define FUZZ_CHECK(condition)                                                              \
	do {                                                                               \
		if (!(condition)) {                                                        \
			fprintf(stderr, "%s:%d: property fails: %s\n", __FILE__, __LINE__, \
				#condition);                                               \
			abort();                                                           \
		}                                                                          \
	} while (0)

/* ---- memory.c: heap bytes in use, with and without AddressSanitizer ---- */

/* Starts counting. From then on the program aborts when more than limit_bytes are in use. */
void fuzz_memory_watch(size_t limit_bytes);
/* In use now, relative to the start of counting. */
long fuzz_memory_live_bytes(void);

#endif
