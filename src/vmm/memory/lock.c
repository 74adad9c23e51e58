/* SPDX-License-Identifier: Apache-2.0 */
/* Locking guest memory: see lock.h. */
#include "vmm/memory/lock.h"

#include <errno.h>
#include <inttypes.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "base/util.h"

int memory_lock_on_fault(void *host, uint64_t size_bytes, uint64_t wanted_bytes, struct err *err)
{
	struct rlimit limit;
	int code;

	if (!mlock2(host, size_bytes, MLOCK_ONFAULT))
		return 0;
	code = -errno;
	if ((code == -ENOMEM || code == -EPERM) && !getrlimit(RLIMIT_MEMLOCK, &limit) &&
	    limit.rlim_cur < wanted_bytes)
		return err_set_errno(err, ERR_HOST, code, "-overcommit mem-lock",
				     "locking memory failed: %" PRIu64
				     " MiB are wanted, RLIMIT_MEMLOCK allows %" PRIu64
				     " KiB (raise it, or give CAP_IPC_LOCK)",
				     wanted_bytes / MIB, (uint64_t)limit.rlim_cur / KIB);
	return err_set_errno(err, ERR_HOST, code, "-overcommit mem-lock", "locking memory failed");
}
