/* SPDX-License-Identifier: Apache-2.0 */
/* Populating and naming ranges: see populate.h. */
#include "host/populate.h"

#include <errno.h>
#include <linux/prctl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23 /* Linux 5.14, include/uapi/asm-generic/mman-common.h */
#endif
#ifndef PR_SET_VMA
#define PR_SET_VMA	     0x53564d41 /* Linux 5.17, include/uapi/linux/prctl.h */
#define PR_SET_VMA_ANON_NAME 0
#endif

#define NAME_MAX_BYTES 80 /* the kernel's ANON_VMA_NAME_MAX_LEN, terminator included */

int host_populate(void *addr, size_t size_bytes, struct err *err)
{
	int ret;

	do {
		ret = madvise(addr, size_bytes, MADV_POPULATE_WRITE) ? -errno : 0;
	} while (ret == -EINTR || ret == -EAGAIN);
	if (ret == -EINVAL && madvise(addr, 0, MADV_POPULATE_WRITE))
		return err_set(err, ERR_UNSUPPORTED, -EOPNOTSUPP, NULL,
			       "preallocation needs Linux 5.14 or newer (MADV_POPULATE_WRITE)");
	if (ret < 0)
		return err_set_errno(err, ERR_HOST, ret, NULL, "populating memory failed");
	return 0;
}

void host_range_name(void *addr, size_t size_bytes, const char *name)
{
	char shown[NAME_MAX_BYTES];

	snprintf(shown, sizeof(shown), "%s", name);
	prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, addr, size_bytes, shown);
}
