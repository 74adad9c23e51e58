/* SPDX-License-Identifier: Apache-2.0 */
/* Aligned mappings: see map.h. */
#include "vmm/memory/map.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/mman.h>

#include "base/util.h"

#define GUARD_BYTES UINT64_C(4096)

/*
 * Address space first, memory second: reserving more than is needed as real memory would fail under
 * strict overcommit and for huge pages.
 */
int memory_map(const struct memory_map_request *request, void **ret_host)
{
	uint64_t room, start, end, aligned;
	void *reserved, *host;
	int ret;

	if (!checked_add(request->size_bytes, 2 * request->align_bytes + 2 * GUARD_BYTES, &room) ||
	    room > INT64_MAX)
		return -ENOMEM;
	reserved = mmap(NULL, room, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (reserved == MAP_FAILED)
		return -errno;
	start = (uintptr_t)reserved;
	end = start + room;
	aligned = align_down(start + GUARD_BYTES + request->align_bytes - 1, request->align_bytes) +
		  request->phase_bytes;
	host = mmap((void *)(uintptr_t)aligned, request->size_bytes, request->protection,
		    request->flags | MAP_FIXED, request->fd, (off_t)request->offset_bytes);
	if (host == MAP_FAILED) {
		ret = -errno;
		munmap(reserved, room);
		return ret;
	}
	if (aligned - GUARD_BYTES > start)
		munmap(reserved, aligned - GUARD_BYTES - start);
	if (aligned + request->size_bytes + GUARD_BYTES < end)
		munmap((void *)(uintptr_t)(aligned + request->size_bytes + GUARD_BYTES),
		       end - aligned - request->size_bytes - GUARD_BYTES);
	*ret_host = host;
	return 0;
}

void memory_unmap(void *host, uint64_t size_bytes)
{
	munmap((char *)host - GUARD_BYTES, size_bytes + 2 * GUARD_BYTES);
}
