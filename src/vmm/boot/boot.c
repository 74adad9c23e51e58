/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Theory of operation
 *
 * Job: everything that a boot loader would have done, in one pass over guest memory.
 * Model: kernel segments go where the plan says; the initrd as high as possible below both the end
 * of low RAM and the kernel's own limit, so that the decompressor has room; the rest has fixed
 * places (layout.h).
 * Invariants: nothing is read back from guest memory, so the same config can be loaded any number
 * of times. File contents go from the page cache straight into guest memory.
 * Failure: guest memory may be half written; the caller starts no vCPU then.
 */
#include "vmm/boot/boot.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/util.h"
#include "vmm/boot/boot_info.h"
#include "vmm/boot/layout.h"

#define PAGE_BYTES UINT64_C(4096)

static int source_read(void *opaque, uint64_t offset, void *to, size_t size_bytes)
{
	return boot_file_read(opaque, offset, to, size_bytes);
}

int boot_plan(const struct boot_file *kernel, struct linux_load_plan *ret_plan, struct err *err)
{
	struct linux_image_source source = {
		.read = source_read,
		.opaque = (void *)kernel,
		.size_bytes = kernel->size_bytes,
	};
	int r = linux_image_plan(&source, ret_plan, err);

	if (r < 0 && err) {
		err_prefix(err, "'%s'", kernel->path);
		memcpy(err->subject, "-kernel", sizeof("-kernel"));
	}
	return r;
}

static int memory_error(int code, uint64_t gpa_value, struct err *err)
{
	return err_set(err, ERR_USER, code, "-m",
		       "the guest has no RAM at 0x%" PRIx64 ", where it starts from", gpa_value);
}

int boot_write(struct guest_memory *memory, uint64_t to_gpa, const void *from, size_t size_bytes,
	       struct err *err)
{
	int r = guest_memory_write(memory, gpa(to_gpa), from, size_bytes);

	return r < 0 ? memory_error(r, to_gpa, err) : 0;
}

static int load_file(struct guest_memory *memory, const struct boot_file *file, const char *option,
		     uint64_t offset, uint64_t to_gpa, uint64_t size_bytes, struct err *err)
{
	int r = guest_memory_read_file(memory, gpa(to_gpa), file->fd, offset, size_bytes);

	if (r == -EFAULT)
		return memory_error(r, to_gpa, err);
	if (r == -EIO)
		return err_set(err, ERR_HOST, r, option,
			       "'%s' has become shorter, or cannot be read", file->path);
	if (r < 0)
		return err_set_errno(err, ERR_HOST, r, option, "cannot read '%s'", file->path);
	return 0;
}

static int load_kernel(struct guest_memory *memory, const struct boot_config *config,
		       struct err *err)
{
	const struct linux_load_plan *plan = config->plan;
	int r = 0;

	if (plan->end_gpa > config->low_ram_end_gpa)
		return err_set(err, ERR_USER, -ENOSPC, "-kernel",
			       "kernel is too large (needs RAM up to %" PRIu64
			       " MiB, the guest has %" PRIu64 " MiB there)",
			       (plan->end_gpa + MIB - 1) / MIB, config->low_ram_end_gpa / MIB);
	for (size_t i = 0; r == 0 && i < plan->n_segments; i++) {
		const struct linux_segment *s = &plan->segments[i];

		r = load_file(memory, config->kernel, "-kernel", s->file_offset, s->gpa,
			      s->file_bytes, err);
		/* A bzImage clears its own; an ELF relies on whoever loads it. */
		if (r == 0 && plan->entry != LINUX_ENTRY_BZIMAGE64 && !config->memory_is_zero &&
		    guest_memory_zero(memory, gpa(s->gpa + s->file_bytes),
				      s->mem_bytes - s->file_bytes) < 0)
			r = memory_error(-EFAULT, s->gpa, err);
	}
	return r;
}

static int load_initrd(struct guest_memory *memory, const struct boot_config *config,
		       struct boot_placement *placement, struct err *err)
{
	uint64_t bytes = config->initrd->size_bytes, top, floor, start;

	if (bytes == 0)
		return 0;
	top = config->low_ram_end_gpa;
	if (config->plan->initrd_last_gpa < top)
		top = config->plan->initrd_last_gpa + 1;
	if (!checked_align_up(config->plan->end_gpa, PAGE_BYTES, &floor))
		floor = UINT64_MAX;
	start = bytes < top ? align_down(top - bytes, PAGE_BYTES) : 0;
	if (start < floor)
		return err_set(err, ERR_USER, -ENOSPC, "-initrd",
			       "initrd is too large (need %" PRIu64 " MiB, the guest has %" PRIu64
			       " MiB between kernel and %" PRIu64 " MiB)",
			       (bytes + MIB - 1) / MIB, top > floor ? (top - floor) / MIB : 0,
			       top / MIB);
	placement->initrd_gpa = start;
	placement->initrd_bytes = bytes;
	return load_file(memory, config->initrd, "-initrd", 0, start, bytes, err);
}

static int load_cmdline(struct guest_memory *memory, const struct boot_config *config,
			struct boot_placement *placement, struct err *err)
{
	const char *text = config->cmdline ? config->cmdline : "";
	uint64_t limit = MIN((uint64_t)config->plan->cmdline_max_bytes, BOOT_CMDLINE_MAX_BYTES - 1);
	size_t length = strlen(text);

	if (length > limit)
		return err_set(
			err, ERR_USER, -ENOSPC, "-append",
			"kernel command line is too long (%zu bytes, this kernel takes %" PRIu64
			")",
			length, limit);
	placement->cmdline_bytes = (uint32_t)length;
	return boot_write(memory, BOOT_CMDLINE_GPA, text, length + 1, err);
}

static int write_info(struct guest_memory *memory, const struct boot_config *config,
		      const struct boot_placement *placement, struct boot_cpu_state *state,
		      struct err *err)
{
	int r;

	switch (config->plan->entry) {
	case LINUX_ENTRY_BZIMAGE64:
	case LINUX_ENTRY_ELF64:
		r = cpu_start_write(memory, BOOT_MODE_LONG64, state, err);
		state->rsi = BOOT_ZERO_PAGE_GPA;
		return r < 0 ? r : zero_page_write(memory, config, placement, err);
	case LINUX_ENTRY_PVH32:
		r = cpu_start_write(memory, BOOT_MODE_PROTECTED32, state, err);
		state->rbx = BOOT_PVH_INFO_GPA;
		return r < 0 ? r : pvh_info_write(memory, config, placement, err);
	}
	return -EINVAL;
}

int boot_load(struct guest_memory *memory, const struct boot_config *config,
	      struct boot_cpu_state *ret_state, struct err *err)
{
	struct boot_placement placement = { 0 };
	struct boot_cpu_state state = { 0 };
	int r = load_kernel(memory, config, err);

	if (r == 0 && config->initrd)
		r = load_initrd(memory, config, &placement, err);
	if (r == 0)
		r = load_cmdline(memory, config, &placement, err);
	if (r == 0)
		r = write_info(memory, config, &placement, &state, err);
	if (r < 0)
		return r;
	state.rip = config->plan->entry_gpa;
	*ret_state = state;
	return 0;
}
