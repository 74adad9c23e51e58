/* SPDX-License-Identifier: Apache-2.0 */
/* Makes small kernel files: just enough header for the loader. */
#ifndef TERRACE_TESTS_VMM_MADE_KERNEL_H
#define TERRACE_TESTS_VMM_MADE_KERNEL_H

#include <asm/bootparam.h>
#include <elf.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "vmm/boot/linux_image.h"

#define MADE_MAX 16384

struct made_kernel {
	uint8_t bytes[MADE_MAX];
	uint64_t size_bytes;
};

static inline int made_read(void *opaque, uint64_t offset, void *to, size_t size_bytes)
{
	const struct made_kernel *made = opaque;

	if (offset > made->size_bytes || size_bytes > made->size_bytes - offset)
		return -EIO;
	memcpy(to, made->bytes + offset, size_bytes);
	return 0;
}

static inline struct linux_image_source made_source(struct made_kernel *made)
{
	return (struct linux_image_source){ made_read, made, made->size_bytes };
}

static inline struct setup_header *made_header(struct made_kernel *made)
{
	return (struct setup_header *)(void *)(made->bytes + LINUX_SETUP_HEADER_AT);
}

/* One setup sector, 4 KiB of code whose bytes are 0xc0. */
static inline void made_bzimage(struct made_kernel *made)
{
	struct setup_header *header = made_header(made);

	memset(made, 0, sizeof(*made));
	header->setup_sects = 1;
	header->syssize = 4096 / 16;
	header->boot_flag = 0xaa55;
	header->jump = 0x6aeb; /* jmp to 0x26c */
	header->header = 0x53726448;
	header->version = 0x020f;
	header->loadflags = LOADED_HIGH;
	header->initrd_addr_max = 0x7fffffff;
	header->kernel_alignment = 0x200000;
	header->relocatable_kernel = 1;
	header->xloadflags = XLF_KERNEL_64;
	header->cmdline_size = 2047;
	header->pref_address = 0x1000000;
	header->init_size = 0x300000;
	memset(made->bytes + 1024, 0xc0, 4096);
	made->size_bytes = 1024 + 4096;
}

static inline Elf64_Ehdr *made_ehdr(struct made_kernel *made)
{
	return (Elf64_Ehdr *)(void *)made->bytes;
}

static inline Elf64_Phdr *made_phdr(struct made_kernel *made, unsigned int i)
{
	return (Elf64_Phdr *)(void *)(made->bytes + 64) + i;
}

#define MADE_NOTE_AT 512

/* Two segments at 16 MiB and 20 MiB, and a note segment with a foreign and a PVH note. */
static inline void made_elf(struct made_kernel *made)
{
	static const uint32_t notes[] = { 4, 4, 1, 0x00554e47, 7, 4, 4, 18, 0x006e6558, 0x1000100 };
	Elf64_Ehdr ehdr = {
		.e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
		.e_type = ET_EXEC,
		.e_machine = EM_X86_64,
		.e_version = EV_CURRENT,
		.e_entry = 0x1000040,
		.e_phoff = 64,
		.e_ehsize = sizeof(Elf64_Ehdr),
		.e_phentsize = sizeof(Elf64_Phdr),
		.e_phnum = 3,
	};

	memset(made, 0, sizeof(*made));
	memcpy(made->bytes, &ehdr, sizeof(ehdr));
	*made_phdr(made, 0) = (Elf64_Phdr){
		.p_type = PT_LOAD,
		.p_offset = 4096,
		.p_filesz = 4096,
		.p_memsz = 4096,
		.p_paddr = 0x1000000,
		.p_vaddr = 0xffffffff81000000,
	};
	*made_phdr(made, 1) = (Elf64_Phdr){
		.p_type = PT_LOAD,
		.p_offset = 8192,
		.p_filesz = 100,
		.p_memsz = 8192,
		.p_paddr = 0x1400000,
	};
	*made_phdr(made, 2) = (Elf64_Phdr){
		.p_type = PT_NOTE,
		.p_offset = MADE_NOTE_AT,
		.p_filesz = sizeof(notes),
	};
	memcpy(made->bytes + MADE_NOTE_AT, notes, sizeof(notes));
	memset(made->bytes + 4096, 0xe1, 4096);
	memset(made->bytes + 8192, 0xe2, 100);
	made->size_bytes = 8192 + 100;
}

#endif
