/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making pages present, and naming ranges so that others find them in /proc/PID/maps.
 *
 * Threads: any; no shared state.
 */
#ifndef TERRACE_HOST_POPULATE_H
#define TERRACE_HOST_POPULATE_H

#include <stddef.h>

#include "base/err.h"

/*
 * Makes every page of [addr, addr + size_bytes) present and writable (MADV_POPULATE_WRITE,
 * madvise(2)) by its policy and the calling thread's cpuset. Contents do not change. Never a
 * SIGBUS: -ENOMEM where there are no pages, -EFAULT where a file is too short, -EHWPOISON for a
 * broken page, -EOPNOTSUPP on a kernel older than 5.14. Part of the range may be present then.
 * One call holds the process's mmap lock for reading: callers go in chunks.
 */
int host_populate(void *addr, size_t size_bytes, struct err *err)
	__attribute__((warn_unused_result));

/*
 * Shows the range as [anon:NAME] (Linux 5.17 with CONFIG_ANON_VMA_NAME; otherwise nothing happens:
 * a name is a help, not a need). Anonymous memory only. At most 79 printable characters without
 * []\$` are shown (prctl(2), PR_SET_VMA).
 */
void host_range_name(void *addr, size_t size_bytes, const char *name);

#endif
