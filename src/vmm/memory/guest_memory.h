/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one checked accessor for guest memory.
 *
 * A guest_memory maps guest physical ranges to host memory. Every access names an address and a
 * length; what is not wholly inside plugged memory is refused with -EFAULT and nothing is touched.
 * An access may span adjacent ranges.
 *
 * Threads: any thread may access; ranges are added and removed by the main thread. Accessors hold a
 * read lock for the length of the copy, so a range that guest_memory_remove() has returned for is
 * no longer in use by anybody.
 */
#ifndef TERRACE_VMM_MEMORY_GUEST_MEMORY_H
#define TERRACE_VMM_MEMORY_GUEST_MEMORY_H

#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "vmm/memory/gpa.h"

struct guest_memory;

struct guest_memory *guest_memory_new(void);
void guest_memory_free(struct guest_memory *mem);
CLEANUP_DEFINE(guest_memory, guest_memory_free)

/*
 * Makes [start, start + size_bytes) accessible; host is borrowed and must stay mapped until the
 * range is removed. -EEXIST when it overlaps a range, -EINVAL when it is empty or wraps.
 */
int guest_memory_add(struct guest_memory *mem, gpa_t start, uint64_t size_bytes, void *host,
		     struct err *err);
/* Removes exactly the range that was added at start; -ENOENT when there is none. */
int guest_memory_remove(struct guest_memory *mem, gpa_t start);

/* Copy out of and into the guest. -EFAULT when any byte is outside; then nothing was copied. */
int guest_memory_read(struct guest_memory *mem, gpa_t from, void *to, size_t size_bytes);
int guest_memory_write(struct guest_memory *mem, gpa_t to, const void *from, size_t size_bytes);
/*
 * Reads size_bytes of the file behind fd, from offset on, straight into the guest. -EFAULT as above;
 * -EIO when the file ends before; else the errno of pread(). On the last two, part may be written.
 */
int guest_memory_read_file(struct guest_memory *mem, gpa_t to, int fd, uint64_t offset,
			   uint64_t size_bytes);
/* Fills with zero bytes. */
int guest_memory_zero(struct guest_memory *mem, gpa_t start, uint64_t size_bytes);

#endif
