/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A memory backend: host memory that holds guest memory, made as a spec_backend says.
 *
 * The order in time is the point: map, set the policy, lock on fault, then touch.
 * memory_backend_open() does the first two; backends.h does it all for a machine.
 *
 * - ram: anonymous memory, private, or shared with share=on. memfd: shared unless share=off.
 *   file: private unless share=on.
 * - Mappings start where huge pages can begin: at a multiple of 2 MiB (or of the file system's
 *   page, or align=), for private anonymous memory shifted so that host and guest addresses agree
 *   modulo 2 MiB; transparent huge pages are asked for.
 * - A policy governs anonymous memory, memfd, tmpfs and hugetlbfs. Pages of other file systems
 *   belong to the page cache, which places them by the thread that reads them first (mbind(2),
 *   "Notes").
 * - Others find the memory in /proc/PID/maps as [anon:terrace:ID] or /memfd:terrace:ID.
 * - Huge pages are reserved when they are mapped, so that there is never too little on touch;
 *   with reserve=off, or a policy whose nodes have fewer free pages, a touch can fail: in the VMM
 *   by SIGBUS, in the guest by stopping it. memory_backend_check_ram() refuses such memory as boot
 *   RAM. The same holds for a file on a full file system; prealloc=on finds out at the start.
 *
 * Threads: opened and closed by the main thread; read-only in between.
 */
#ifndef TERRACE_VMM_MEMORY_BACKEND_H
#define TERRACE_VMM_MEMORY_BACKEND_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "spec/spec.h"

/* What a backend's AUTO values mean on this machine. */
struct memory_defaults {
	bool merge;
	bool dump;
};

struct memory_backend {
	const struct spec_backend *spec; /* borrowed */
	void *host;
	uint64_t size_bytes; /* rounded up to pages */
	uint64_t page_bytes; /* 4096, or a huge page's size */
	int fd;		     /* -1 for anonymous memory */
	bool shared, readonly;
	bool merge, dump; /* as they are in effect */
	bool created;	  /* mem-path was made by this backend */
};

/*
 * phase_bytes: guest address modulo 2 MiB of the first byte; 0 when it is not known. spec is
 * borrowed and must live as long as the backend. err's subject is the -object. Texts are QEMU's:
 *	cannot set up guest memory 'ID': ...             anonymous memory could not be mapped
 *	unable to map backing store for guest RAM: ...   memfd or file, huge pages included
 *	can't open backing store PATH for guest RAM: ...
 *	cannot bind memory to host NUMA nodes: ...
 */
int memory_backend_open(const struct spec_backend *spec, const struct memory_defaults *defaults,
			uint64_t phase_bytes, struct memory_backend **ret_backend, struct err *err)
	__attribute__((warn_unused_result));

/* Unmaps; discard-data=on drops the file's contents first. */
void memory_backend_close(struct memory_backend *backend);
CLEANUP_DEFINE(memory_backend, memory_backend_close)

/* Closes, and removes a file that open created: for a start that failed further on. */
void memory_backend_undo(struct memory_backend *backend);

/*
 * May the guest boot from this memory? root_fd: see host/sysfs.h. -EINVAL for huge pages without
 * reservation, -ENOMEM for a bound policy whose nodes have fewer free huge pages than the backend
 * needs (the kernel reserves for the whole machine, not by node).
 */
int memory_backend_check_ram(const struct memory_backend *backend, int root_fd, struct err *err)
	__attribute__((warn_unused_result));

#endif
