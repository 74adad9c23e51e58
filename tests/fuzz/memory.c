/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counts heap bytes in use: see fuzz.h.
 *
 * A limit on the address space would only make malloc() fail, which the tested code handles; the
 * point is to notice that it asked. So allocations are counted: under AddressSanitizer by its hooks,
 * else by functions of the same names in front of glibc's, which also see what libraries allocate.
 */
#include "fuzz.h"

#include <malloc.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define HAVE_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAVE_ASAN 1
#endif
#endif
#ifndef HAVE_ASAN
#define HAVE_ASAN 0
#endif

static bool watching;
static long live_bytes, limit;

long fuzz_memory_live_bytes(void)
{
	return live_bytes;
}

static void count(long bytes)
{
	static const char text[] = "allocates more than its limit\n";

	if (!watching)
		return;
	live_bytes += bytes;
	if (live_bytes <= limit)
		return;
	watching = false;
	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		_exit(1);
	abort();
}

#if HAVE_ASAN

/* clang has a header for these, gcc has only the functions. */
int __sanitizer_install_malloc_and_free_hooks(void (*on_malloc)(const volatile void *, size_t),
					      void (*on_free)(const volatile void *));
size_t __sanitizer_get_allocated_size(const volatile void *memory);

static void on_malloc(const volatile void *memory, size_t size)
{
	(void)memory;
	count((long)size);
}

static void on_free(const volatile void *memory)
{
	if (memory)
		count(-(long)__sanitizer_get_allocated_size(memory));
}

void fuzz_memory_watch(size_t limit_bytes)
{
	limit = (long)limit_bytes;
	if (!__sanitizer_install_malloc_and_free_hooks(on_malloc, on_free))
		abort();
	watching = true;
}

#else

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *memory, size_t size);
void __libc_free(void *memory);

void fuzz_memory_watch(size_t limit_bytes)
{
	limit = (long)limit_bytes;
	watching = true;
}

static void *counted(void *memory)
{
	if (memory)
		count((long)malloc_usable_size(memory));
	return memory;
}

void *malloc(size_t size)
{
	return counted(__libc_malloc(size));
}

void *calloc(size_t n, size_t size)
{
	return counted(__libc_calloc(n, size));
}

void *realloc(void *memory, size_t size)
{
	long before = memory ? (long)malloc_usable_size(memory) : 0;
	void *moved = __libc_realloc(memory, size);

	if (moved || !size)
		count(-before);
	return counted(moved);
}

void free(void *memory)
{
	if (memory)
		count(-(long)malloc_usable_size(memory));
	__libc_free(memory);
}

#endif
