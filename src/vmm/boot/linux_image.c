/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bzImage: one segment, from behind the real-mode part to syssize, loaded at pref_address and
 * entered at its offset 0x200. ELF: see linux_elf.c.
 */
#include "vmm/boot/linux_image.h"

#include <asm/bootparam.h>
#include <elf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "base/util.h"
#include "vmm/boot/layout.h"
#include "vmm/boot/linux_elf.h"

#define HEADER_MAGIC	     0x53726448u /* "HdrS", boot.rst "The Real-Mode Kernel Header" */
#define BOOT_FLAG	     0xaa55u
#define PROTOCOL_MIN	     0x020cu /* 2.12 brought xloadflags */
#define SECTOR_BYTES	     512u
#define SETUP_SECTS_DEFAULT  4u /* boot.rst: 0 means 4 */
#define ENTRY64_OFFSET	     0x200u
#define HEADER_END_BASE	     0x202u /* the jump at 0x200 is relative to here */
#define SETUP_HEADER_MIN_END 0x264u /* up to and including init_size */
#define PROBE_BYTES	     (LINUX_SETUP_HEADER_AT + LINUX_SETUP_HEADER_MAX)

_Static_assert(sizeof(struct setup_header) == LINUX_SETUP_HEADER_MAX, "boot.rst");

static bool is_bzimage(const uint8_t *probe, size_t n)
{
	struct setup_header header;

	if (n < LINUX_SETUP_HEADER_AT + offsetof(struct setup_header, version))
		return false;
	memcpy(&header, probe + LINUX_SETUP_HEADER_AT,
	       MIN(n - LINUX_SETUP_HEADER_AT, sizeof(header)));
	return header.header == HEADER_MAGIC && header.boot_flag == BOOT_FLAG;
}

static int check_header(const struct setup_header *header, struct err *err)
{
	if (header->version < PROTOCOL_MIN)
		return err_set(
			err, ERR_UNSUPPORTED, -ENOTSUP, NULL,
			"kernel is too old: boot protocol %u.%02u, at least 2.12 (Linux 3.8) is "
			"needed",
			header->version >> 8, header->version & 0xff);
	if (!(header->loadflags & LOADED_HIGH))
		return err_set(err, ERR_UNSUPPORTED, -ENOTSUP, NULL,
			       "kernel is a zImage, only bzImage is supported");
	if (!(header->xloadflags & XLF_KERNEL_64))
		return err_set(
			err, ERR_UNSUPPORTED, -ENOTSUP, NULL,
			"kernel has no 64-bit entry point, only x86-64 kernels are supported");
	return 0;
}

/* The place in the file and in memory; also refuses what does not fit the identity map. */
static int plan_segment(const struct linux_image_source *source, const struct setup_header *header,
			struct linux_segment *ret_segment, struct err *err)
{
	unsigned int sectors = header->setup_sects ? header->setup_sects : SETUP_SECTS_DEFAULT;
	struct linux_segment segment = {
		.file_offset = (sectors + 1u) * SECTOR_BYTES,
		.file_bytes = (uint64_t)header->syssize * 16,
		.gpa = header->pref_address,
	};

	if (segment.file_bytes <= ENTRY64_OFFSET)
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "kernel image is damaged: its header claims only %" PRIu64
			       " bytes of code",
			       segment.file_bytes);
	if (segment.file_offset + segment.file_bytes > source->size_bytes)
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "kernel image is truncated: its header asks for %" PRIu64
			       " bytes, the file has %" PRIu64,
			       segment.file_offset + segment.file_bytes, source->size_bytes);
	segment.mem_bytes = MAX(segment.file_bytes, (uint64_t)header->init_size);
	if (segment.gpa < BOOT_HIGH_GPA || segment.gpa >= BOOT_IDENTITY_END_GPA ||
	    segment.mem_bytes > BOOT_IDENTITY_END_GPA - segment.gpa)
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "kernel image is damaged: it wants %" PRIu64 " bytes at 0x%" PRIx64
			       ", which is not between 1 MiB and 4 GiB",
			       segment.mem_bytes, segment.gpa);
	*ret_segment = segment;
	return 0;
}

static int plan_bzimage(const struct linux_image_source *source, const uint8_t *probe, size_t n,
			struct linux_load_plan *ret_plan, struct err *err)
{
	struct linux_load_plan plan = { .entry = LINUX_ENTRY_BZIMAGE64, .n_segments = 1 };
	struct setup_header header = { 0 };
	/* 0x200 holds a two-byte short jump over the header: its operand says where that ends. */
	size_t end = n > 0x201 ? HEADER_END_BASE + probe[0x201] : 0;
	int r;

	if (n < SETUP_HEADER_MIN_END)
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "kernel image is truncated: the file ends inside its setup header");
	end = MIN(end, n); /* n is at most PROBE_BYTES */
	memcpy(&header, probe + LINUX_SETUP_HEADER_AT, n - LINUX_SETUP_HEADER_AT);
	r = check_header(&header, err);
	if (r < 0)
		return r;
	if (end < SETUP_HEADER_MIN_END)
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "kernel image is damaged: its setup header ends at 0x%zx", end);
	r = plan_segment(source, &header, &plan.segments[0], err);
	if (r < 0)
		return r;
	plan.entry_gpa = plan.segments[0].gpa + ENTRY64_OFFSET;
	plan.end_gpa = plan.segments[0].gpa + plan.segments[0].mem_bytes;
	plan.initrd_last_gpa = header.initrd_addr_max;
	plan.cmdline_max_bytes = header.cmdline_size;
	plan.setup_header_bytes = (uint32_t)(end - LINUX_SETUP_HEADER_AT);
	memcpy(plan.setup_header, probe + LINUX_SETUP_HEADER_AT, plan.setup_header_bytes);
	*ret_plan = plan;
	return 0;
}

int linux_image_plan(const struct linux_image_source *source, struct linux_load_plan *ret_plan,
		     struct err *err)
{
	uint8_t probe[PROBE_BYTES];
	size_t n = MIN(source->size_bytes, (uint64_t)sizeof(probe));
	int r;

	if (n == 0)
		return err_set(err, ERR_USER, -EINVAL, NULL, "kernel image is empty");
	r = source->read(source->opaque, 0, probe, n);
	if (r < 0)
		return err_set_errno(err, ERR_HOST, r, NULL, "cannot read the kernel image");
	if (is_bzimage(probe, n))
		return plan_bzimage(source, probe, n, ret_plan, err);
	if (n >= SELFMAG && memcmp(probe, ELFMAG, SELFMAG) == 0)
		return linux_elf_plan(source, ret_plan, err);
	return err_set(err, ERR_USER, -EINVAL, NULL,
		       "not a Linux kernel: neither a bzImage nor an ELF file");
}
