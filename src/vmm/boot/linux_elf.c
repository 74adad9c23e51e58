/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ELF64 kernels: PT_LOAD segments go to their physical addresses; a PT_NOTE may hold the PVH entry.
 *
 * Limits: 64 program headers, LINUX_SEGMENT_MAX segments, the first 4 KiB of each PT_NOTE: several
 * times what Linux has, and a bound on the work for a made-up file.
 */
#include "vmm/boot/linux_elf.h"

#include <elf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "base/util.h"
#include "vmm/boot/layout.h"

#define PROGRAM_HEADER_MAX	 64u
#define NOTES_MAX_BYTES		 4096u
#define XEN_ELFNOTE_PHYS32_ENTRY 18u		      /* xen/include/public/elfnote.h */
#define INITRD_LAST_GPA_DEFAULT	 UINT64_C(0x7fffffff) /* what Linux's own header says on x86 */

static int read_bytes(const struct linux_image_source *source, uint64_t offset, void *to,
		      size_t size_bytes, const char *what, struct err *err)
{
	int r;

	if (!range_contains((struct range){ 0, source->size_bytes }, offset, size_bytes))
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "kernel image is truncated: its %s lie beyond the end of the file",
			       what);
	r = source->read(source->opaque, offset, to, size_bytes);
	if (r < 0)
		return err_set_errno(err, ERR_HOST, r, NULL, "cannot read the kernel image");
	return 0;
}

static int check_ehdr(const Elf64_Ehdr *ehdr, struct err *err)
{
	if (ehdr->e_ident[EI_CLASS] != ELFCLASS64 || ehdr->e_ident[EI_DATA] != ELFDATA2LSB ||
	    ehdr->e_machine != EM_X86_64)
		return err_set(err, ERR_UNSUPPORTED, -ENOTSUP, NULL,
			       "ELF file is not for x86-64, only x86-64 kernels are supported");
	if (ehdr->e_type != ET_EXEC)
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "ELF file is not a kernel: type %u is not an executable at a fixed "
			       "address",
			       ehdr->e_type);
	if (ehdr->e_phentsize != sizeof(Elf64_Phdr) || ehdr->e_phnum == 0 ||
	    ehdr->e_phnum > PROGRAM_HEADER_MAX)
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "ELF file is damaged: %u program headers of %u bytes", ehdr->e_phnum,
			       ehdr->e_phentsize);
	return 0;
}

static int check_segment(const struct linux_image_source *source,
			 const struct linux_load_plan *plan, const struct linux_segment *segment,
			 struct err *err)
{
	if (segment->file_bytes > segment->mem_bytes)
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "ELF file is damaged: segment at 0x%" PRIx64
			       " is larger in the file than in memory",
			       segment->gpa);
	if (!range_contains((struct range){ 0, source->size_bytes }, segment->file_offset,
			    segment->file_bytes))
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "kernel image is truncated: segment at 0x%" PRIx64
			       " lies beyond the end of the file",
			       segment->gpa);
	if (segment->gpa < BOOT_HIGH_GPA || segment->gpa >= BOOT_IDENTITY_END_GPA ||
	    segment->mem_bytes > BOOT_IDENTITY_END_GPA - segment->gpa)
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "ELF file is not a kernel: segment at 0x%" PRIx64 " (%" PRIu64
			       " bytes) is not between 1 MiB and 4 GiB",
			       segment->gpa, segment->mem_bytes);
	for (size_t i = 0; i < plan->n_segments; i++)
		if (range_overlaps(
			    (struct range){ plan->segments[i].gpa, plan->segments[i].mem_bytes },
			    (struct range){ segment->gpa, segment->mem_bytes }))
			return err_set(err, ERR_USER, -EINVAL, NULL,
				       "ELF file is damaged: segments at 0x%" PRIx64
				       " and 0x%" PRIx64 " overlap",
				       plan->segments[i].gpa, segment->gpa);
	return 0;
}

static int add_segment(const struct linux_image_source *source, const Elf64_Phdr *phdr,
		       struct linux_load_plan *plan, struct err *err)
{
	struct linux_segment segment = { phdr->p_offset, phdr->p_filesz, phdr->p_paddr,
					 phdr->p_memsz };
	int r = check_segment(source, plan, &segment, err);

	if (r < 0)
		return r;
	if (segment.mem_bytes == 0)
		return 0;
	if (plan->n_segments == LINUX_SEGMENT_MAX)
		return err_set(err, ERR_UNSUPPORTED, -ENOTSUP, NULL,
			       "ELF file has more than %u segments", LINUX_SEGMENT_MAX);
	plan->segments[plan->n_segments++] = segment;
	plan->end_gpa = MAX(plan->end_gpa, segment.gpa + segment.mem_bytes);
	return 0;
}

/* The notes of a segment are (header, name, descriptor), each padded to 4 bytes (System V gABI). */
static bool find_pvh_entry(const uint8_t *notes, size_t n, uint64_t *ret_entry)
{
	size_t at = 0;

	while (n - at >= sizeof(Elf64_Nhdr)) {
		Elf64_Nhdr header;
		uint64_t name_bytes, desc_bytes;
		size_t name_at = at + sizeof(header);

		memcpy(&header, notes + at, sizeof(header));
		name_bytes = align_down((uint64_t)header.n_namesz + 3, 4);
		desc_bytes = align_down((uint64_t)header.n_descsz + 3, 4);
		if (name_bytes > n - name_at || desc_bytes > n - name_at - name_bytes)
			return false;
		if (header.n_type == XEN_ELFNOTE_PHYS32_ENTRY && header.n_namesz == 4 &&
		    memcmp(notes + name_at, "Xen", 4) == 0 &&
		    (header.n_descsz == 4 || header.n_descsz == 8)) {
			uint64_t entry = 0;

			memcpy(&entry, notes + name_at + name_bytes, header.n_descsz);
			*ret_entry = entry;
			return true;
		}
		at = name_at + name_bytes + desc_bytes;
	}
	return false;
}

static int read_notes(const struct linux_image_source *source, const Elf64_Phdr *phdr,
		      struct linux_load_plan *plan, struct err *err)
{
	uint8_t notes[NOTES_MAX_BYTES];
	uint64_t entry;
	size_t n = MIN(phdr->p_filesz, (uint64_t)sizeof(notes));
	int r;

	r = read_bytes(source, phdr->p_offset, notes, n, "notes", err);
	if (r < 0)
		return r;
	if (plan->entry != LINUX_ENTRY_PVH32 && find_pvh_entry(notes, n, &entry)) {
		plan->entry = LINUX_ENTRY_PVH32;
		plan->entry_gpa = entry;
	}
	return 0;
}

static int read_program_headers(const struct linux_image_source *source, const Elf64_Ehdr *ehdr,
				struct linux_load_plan *plan, struct err *err)
{
	Elf64_Phdr phdrs[PROGRAM_HEADER_MAX];
	int r = read_bytes(source, ehdr->e_phoff, phdrs, ehdr->e_phnum * sizeof(phdrs[0]),
			   "program headers", err);

	for (unsigned int i = 0; r == 0 && i < ehdr->e_phnum; i++) {
		if (phdrs[i].p_type == PT_LOAD)
			r = add_segment(source, &phdrs[i], plan, err);
		else if (phdrs[i].p_type == PT_NOTE)
			r = read_notes(source, &phdrs[i], plan, err);
	}
	return r;
}

static bool entry_is_loaded(const struct linux_load_plan *plan)
{
	for (size_t i = 0; i < plan->n_segments; i++)
		if (range_contains(
			    (struct range){ plan->segments[i].gpa, plan->segments[i].file_bytes },
			    plan->entry_gpa, 1))
			return true;
	return false;
}

int linux_elf_plan(const struct linux_image_source *source, struct linux_load_plan *ret_plan,
		   struct err *err)
{
	struct linux_load_plan plan = {
		.entry = LINUX_ENTRY_ELF64,
		.initrd_last_gpa = INITRD_LAST_GPA_DEFAULT,
		.cmdline_max_bytes = LINUX_ELF_CMDLINE_BYTES,
	};
	Elf64_Ehdr ehdr;
	int r = read_bytes(source, 0, &ehdr, sizeof(ehdr), "headers", err);

	if (r < 0)
		return r;
	r = check_ehdr(&ehdr, err);
	if (r < 0)
		return r;
	plan.entry_gpa = ehdr.e_entry;
	r = read_program_headers(source, &ehdr, &plan, err);
	if (r < 0)
		return r;
	if (!entry_is_loaded(&plan))
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "ELF file is not a kernel: its entry point 0x%" PRIx64
			       " is not in a loaded segment",
			       plan.entry_gpa);
	*ret_plan = plan;
	return 0;
}
