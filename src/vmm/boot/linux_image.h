/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is in a kernel file, and where does each part of it want to be? Pure: reads the file through
 * a callback and fills a plan; boot.h carries the plan out.
 *
 * Understood are
 *  - bzImage: Linux's x86 boot protocol 2.12 or newer with a 64-bit entry point
 *    (Documentation/arch/x86/boot.rst),
 *  - ELF64 (vmlinux) with a PVH note (XEN_ELFNOTE_PHYS32_ENTRY, Xen's docs/misc/pvh.pandoc): entered
 *    in 32-bit protected mode,
 *  - ELF64 without the note: entered in 64-bit mode at its entry point, with a zero page.
 *
 * The file is not trusted: no size or offset in it is used unchecked, and nothing is allocated.
 * Threads: no shared state.
 */
#ifndef TERRACE_VMM_BOOT_LINUX_IMAGE_H
#define TERRACE_VMM_BOOT_LINUX_IMAGE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* The bytes of the file. read fills exactly size_bytes or returns a negative errno. */
struct linux_image_source {
	int (*read)(void *opaque, uint64_t offset, void *to, size_t size_bytes);
	void *opaque;
	uint64_t size_bytes;
};

enum linux_entry {
	LINUX_ENTRY_BZIMAGE64, /* 64-bit, the file's own setup header */
	LINUX_ENTRY_ELF64,     /* 64-bit, made-up setup header */
	LINUX_ENTRY_PVH32,     /* 32-bit protected mode, struct hvm_start_info */
};

/* file_bytes of the file go to gpa; mem_bytes - file_bytes zero bytes follow. */
struct linux_segment {
	uint64_t file_offset, file_bytes;
	uint64_t gpa, mem_bytes;
};

#define LINUX_SEGMENT_MAX	16u
#define LINUX_SETUP_HEADER_MAX	0x7bu /* sizeof(struct setup_header) known to us */
#define LINUX_SETUP_HEADER_AT	0x1f1u
#define LINUX_ELF_CMDLINE_BYTES 2047u /* Linux's COMMAND_LINE_SIZE on x86, less the terminator */

struct linux_load_plan {
	enum linux_entry entry;
	uint64_t entry_gpa;
	struct linux_segment segments[LINUX_SEGMENT_MAX];
	size_t n_segments;
	uint64_t end_gpa;	     /* RAM must reach at least here */
	uint64_t initrd_last_gpa;    /* highest address that a byte of the initrd may have */
	uint32_t cmdline_max_bytes;  /* without the terminator */
	uint32_t setup_header_bytes; /* bzImage: of setup_header[], from file offset 0x1f1 */
	uint8_t setup_header[LINUX_SETUP_HEADER_MAX];
};

/*
 * Reads a kernel file. -EINVAL: not a kernel, or a broken one; -ENOTSUP: a kernel that cannot be
 * started here (32-bit only, too old); else the errno of the source. The message is one line
 * without the file's name; the caller sets the subject.
 */
int linux_image_plan(const struct linux_image_source *source, struct linux_load_plan *ret_plan,
		     struct err *err);

#endif
