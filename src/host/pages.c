/* SPDX-License-Identifier: Apache-2.0 */
/* Where pages are: see pages.h. */
#include "host/pages.h"

#include <assert.h>
#include <errno.h>
#include <linux/mempolicy.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/util.h"

/* Pages per system call: 64 KiB of addresses and 32 KiB of answers on the stack of any thread. */
#define BATCH_PAGES 8192u

int host_pages_where(pid_t pid, const uint64_t *addresses, size_t n_pages, int *ret_nodes,
		     struct err *err)
{
	if (syscall(SYS_move_pages, pid, n_pages, addresses, NULL, ret_nodes, 0) < 0)
		return err_set_errno(err, ERR_HOST, -errno, NULL,
				     "cannot ask where the pages of process %d are", (int)pid);
	return 0;
}

int host_pages_move(pid_t pid, const uint64_t *addresses, const int *nodes, size_t n_pages,
		    int *ret_status, struct err *err)
{
	long stayed = syscall(SYS_move_pages, pid, n_pages, addresses, nodes, ret_status,
			      MPOL_MF_MOVE);

	if (stayed < 0)
		return err_set_errno(err, ERR_HOST, -errno, NULL, "cannot move pages of process %d",
				     (int)pid);
	return (int)stayed;
}

static void add_batch(const int *nodes, size_t n, struct host_residency *counts)
{
	for (size_t i = 0; i < n; i++) {
		if (nodes[i] >= 0 && (unsigned int)nodes[i] < HOST_NODE_MAX)
			counts->pages[nodes[i]]++;
		else
			counts->absent++;
	}
}

int host_pages_count(pid_t pid, uint64_t address, uint64_t size_bytes, uint64_t page_bytes,
		     struct host_residency *counts, struct err *err)
{
	uint64_t addresses[BATCH_PAGES];
	int nodes[BATCH_PAGES];
	uint64_t done = 0;

	assert(page_bytes && is_aligned(page_bytes | address | size_bytes, 4096));
	while (done < size_bytes) {
		size_t n = 0;
		int ret;

		for (; n < BATCH_PAGES && done < size_bytes; n++, done += page_bytes)
			addresses[n] = address + done;
		ret = host_pages_where(pid, addresses, n, nodes, err);
		if (ret < 0)
			return ret;
		add_batch(nodes, n, counts);
	}
	return 0;
}
