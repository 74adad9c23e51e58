/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Small arithmetic that must never wrap silently, and array helpers.
 *
 * Every address, size and count that a user, guest or host can influence goes through the
 * checked_* functions. They return false on overflow and leave *ret untouched.
 */
#ifndef TERRACE_BASE_UTIL_H
#define TERRACE_BASE_UTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/param.h> /* its MIN and MAX evaluate twice; included here so that ours stay */

#undef MIN
#undef MAX
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define MIN(a, b)                                  \
	({                                         \
		typeof(a) min_a_ = (a);            \
		typeof(b) min_b_ = (b);            \
		min_a_ < min_b_ ? min_a_ : min_b_; \
	})
#define MAX(a, b)                                  \
	({                                         \
		typeof(a) max_a_ = (a);            \
		typeof(b) max_b_ = (b);            \
		max_a_ > max_b_ ? max_a_ : max_b_; \
	})
#define container_of(ptr, type, member) ((type *)(void *)((char *)(ptr)-offsetof(type, member)))

#define KIB (UINT64_C(1) << 10)
#define MIB (UINT64_C(1) << 20)
#define GIB (UINT64_C(1) << 30)
#define TIB (UINT64_C(1) << 40)

static inline bool checked_add(uint64_t a, uint64_t b, uint64_t *ret)
{
	uint64_t sum;

	if (__builtin_add_overflow(a, b, &sum))
		return false;
	*ret = sum;
	return true;
}

static inline bool checked_mul(uint64_t a, uint64_t b, uint64_t *ret)
{
	uint64_t product;

	if (__builtin_mul_overflow(a, b, &product))
		return false;
	*ret = product;
	return true;
}

static inline bool is_power_of_two(uint64_t v)
{
	return v && !(v & (v - 1));
}

/* align must be a power of two. */
static inline uint64_t align_down(uint64_t v, uint64_t align)
{
	return v & ~(align - 1);
}

static inline bool checked_align_up(uint64_t v, uint64_t align, uint64_t *ret)
{
	uint64_t up;

	if (!checked_add(v, align - 1, &up))
		return false;
	*ret = align_down(up, align);
	return true;
}

static inline bool is_aligned(uint64_t v, uint64_t align)
{
	return !(v & (align - 1));
}

/* Half-open range [start, start + size) of addresses. An empty range overlaps nothing. */
struct range {
	uint64_t start;
	uint64_t size_bytes;
};

static inline bool range_overlaps(struct range a, struct range b)
{
	return a.size_bytes && b.size_bytes &&
	       (a.start - b.start < b.size_bytes || b.start - a.start < a.size_bytes);
}

/* Is [start, start + size_bytes) wholly inside r? Safe against wrap. */
static inline bool range_contains(struct range r, uint64_t start, uint64_t size_bytes)
{
	return start >= r.start && start - r.start <= r.size_bytes &&
	       size_bytes <= r.size_bytes - (start - r.start);
}

#endif
