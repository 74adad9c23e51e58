/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cleanup attributes: every local that owns something names its release at its declaration.
 *
 *	autofree char *text = NULL;
 *	autoclose int fd = -1;
 *	...
 *	*ret_text = TAKE_PTR(text);
 *
 * Release functions accept NULL (or -1) and half-built objects.
 */
#ifndef TERRACE_BASE_CLEANUP_H
#define TERRACE_BASE_CLEANUP_H

#include <stdlib.h>
#include <unistd.h>

static inline void cleanup_free(void *slot)
{
	free(*(void **)slot);
}

static inline void cleanup_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

#define autofree  __attribute__((cleanup(cleanup_free)))
#define autoclose __attribute__((cleanup(cleanup_close)))

/* Defines cleanup_<name>() for pointers to struct <name>, released by func. Use with AUTO(name). */
#define CLEANUP_DEFINE(name, func)                            \
	static inline void cleanup_##name(struct name **slot) \
	{                                                     \
		func(*slot);                                  \
	}
#define AUTO(name) __attribute__((cleanup(cleanup_##name))) struct name *

/* Hands ownership over: yields the value and leaves NULL (or -1) behind. */
#define TAKE_PTR(p)                        \
	({                                 \
		typeof(p) take_ptr_ = (p); \
		(p) = NULL;                \
		take_ptr_;                 \
	})
#define TAKE_FD(fd)                  \
	({                           \
		int take_fd_ = (fd); \
		(fd) = -1;           \
		take_fd_;            \
	})

#endif
