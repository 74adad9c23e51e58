/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Locking guest memory against swapping and reclaim (-overcommit mem-lock).
 *
 * Locks on fault (mlock2(2), MLOCK_ONFAULT): the call marks the range and returns at once, and a
 * page is locked when it comes. So the limit is known before any work is done, and mem-lock=on is
 * this followed by preallocation, with its threads and checks. Only guest memory is locked, not the
 * program's own.
 *
 * Threads: any.
 */
#ifndef TERRACE_VMM_MEMORY_LOCK_H
#define TERRACE_VMM_MEMORY_LOCK_H

#include <stdint.h>

#include "base/err.h"

/*
 * -ENOMEM or -EPERM: RLIMIT_MEMLOCK is too low; the text says the limit and what is wanted.
 * wanted_bytes is the whole machine's, for the text.
 */
int memory_lock_on_fault(void *host, uint64_t size_bytes, uint64_t wanted_bytes, struct err *err)
	__attribute__((warn_unused_result));

#endif
