/* SPDX-License-Identifier: Apache-2.0 */
/*
 * linux_image.h: the plan of a good bzImage, a good PVH ELF and a good plain ELF; every defect has
 * its text; cutting a file at any length never succeeds wrongly, and the plan stays untouched.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "made_kernel.h"

static struct made_kernel made;

static int plan(struct linux_load_plan *ret_plan, struct err *err)
{
	struct linux_image_source source = made_source(&made);

	return linux_image_plan(&source, ret_plan, err);
}

static void assert_refused(int code, const char *message)
{
	struct linux_load_plan p = { .entry_gpa = 77 };
	struct err err = ERR_INIT;

	assert_int_equal(plan(&p, &err), code);
	assert_string_equal(err.message, message);
	assert_int_equal(p.entry_gpa, 77);
}

static void bzimage_is_planned(void **state)
{
	struct linux_load_plan p;

	(void)state;
	made_bzimage(&made);
	assert_int_equal(plan(&p, NULL), 0);
	assert_int_equal(p.entry, LINUX_ENTRY_BZIMAGE64);
	assert_int_equal(p.n_segments, 1);
	assert_int_equal(p.segments[0].file_offset, 1024);
	assert_int_equal(p.segments[0].file_bytes, 4096);
	assert_int_equal(p.segments[0].gpa, 0x1000000);
	assert_int_equal(p.segments[0].mem_bytes, 0x300000);
	assert_int_equal(p.entry_gpa, 0x1000200);
	assert_int_equal(p.end_gpa, 0x1300000);
	assert_int_equal(p.initrd_last_gpa, 0x7fffffff);
	assert_int_equal(p.cmdline_max_bytes, 2047);
	assert_int_equal(p.setup_header_bytes, 0x202 + 0x6a - 0x1f1);
	assert_memory_equal(p.setup_header, made.bytes + 0x1f1, p.setup_header_bytes);
}

static void zero_setup_sectors_mean_four(void **state)
{
	struct linux_load_plan p;

	(void)state;
	made_bzimage(&made);
	made_header(&made)->setup_sects = 0;
	made.size_bytes = 5 * 512 + 4096;
	assert_int_equal(plan(&p, NULL), 0);
	assert_int_equal(p.segments[0].file_offset, 5 * 512);
}

static void broken_bzimages_are_refused(void **state)
{
	(void)state;
	made_bzimage(&made);
	made.size_bytes--;
	assert_refused(-EINVAL,
		       "kernel image is truncated: its header asks for 5120 bytes, the file "
		       "has 5119");
	made_bzimage(&made);
	made.size_bytes = 0x250;
	assert_refused(-EINVAL, "kernel image is truncated: the file ends inside its setup header");
	made_bzimage(&made);
	made_header(&made)->version = 0x020b;
	assert_refused(-ENOTSUP, "kernel is too old: boot protocol 2.11, at least 2.12 (Linux 3.8) "
				 "is needed");
	made_bzimage(&made);
	made_header(&made)->xloadflags = 0;
	assert_refused(-ENOTSUP, "kernel has no 64-bit entry point, only x86-64 kernels are "
				 "supported");
	made_bzimage(&made);
	made_header(&made)->loadflags = 0;
	assert_refused(-ENOTSUP, "kernel is a zImage, only bzImage is supported");
	made_bzimage(&made);
	made_header(&made)->jump = 0x10eb;
	assert_refused(-EINVAL, "kernel image is damaged: its setup header ends at 0x212");
	made_bzimage(&made);
	made_header(&made)->syssize = 0;
	assert_refused(-EINVAL, "kernel image is damaged: its header claims only 0 bytes of code");
	made_bzimage(&made);
	made_header(&made)->syssize = UINT32_MAX;
	assert_refused(-EINVAL, "kernel image is truncated: its header asks for 68719477744 bytes, "
				"the file has 5120");
	made_bzimage(&made);
	made_header(&made)->pref_address = UINT64_MAX - 4096;
	assert_refused(-EINVAL, "kernel image is damaged: it wants 3145728 bytes at "
				"0xffffffffffffefff, which is not between 1 MiB and 4 GiB");
	made_bzimage(&made);
	made_header(&made)->pref_address = 0x1000;
	assert_refused(-EINVAL,
		       "kernel image is damaged: it wants 3145728 bytes at 0x1000, which is "
		       "not between 1 MiB and 4 GiB");
	made_bzimage(&made);
	made_header(&made)->init_size = UINT32_MAX;
	assert_refused(-EINVAL, "kernel image is damaged: it wants 4294967295 bytes at 0x1000000, "
				"which is not between 1 MiB and 4 GiB");
}

static void pvh_elf_is_planned(void **state)
{
	struct linux_load_plan p;

	(void)state;
	made_elf(&made);
	assert_int_equal(plan(&p, NULL), 0);
	assert_int_equal(p.entry, LINUX_ENTRY_PVH32);
	assert_int_equal(p.entry_gpa, 0x1000100);
	assert_int_equal(p.n_segments, 2);
	assert_int_equal(p.segments[1].file_offset, 8192);
	assert_int_equal(p.segments[1].file_bytes, 100);
	assert_int_equal(p.segments[1].mem_bytes, 8192);
	assert_int_equal(p.end_gpa, 0x1402000);
	assert_int_equal(p.cmdline_max_bytes, 2047);
}

static void elf_without_note_is_entered_in_64_bit_mode(void **state)
{
	struct linux_load_plan p;

	(void)state;
	made_elf(&made);
	made_ehdr(&made)->e_phnum = 2;
	assert_int_equal(plan(&p, NULL), 0);
	assert_int_equal(p.entry, LINUX_ENTRY_ELF64);
	assert_int_equal(p.entry_gpa, 0x1000040);
	/* A note of another owner with the same type is none. */
	made_elf(&made);
	made.bytes[MADE_NOTE_AT + 32] = 'Y';
	assert_int_equal(plan(&p, NULL), 0);
	assert_int_equal(p.entry, LINUX_ENTRY_ELF64);
	/* A note whose size runs out of the segment ends the search. */
	made_elf(&made);
	memset(made.bytes + MADE_NOTE_AT, 0xff, 4);
	assert_int_equal(plan(&p, NULL), 0);
	assert_int_equal(p.entry, LINUX_ENTRY_ELF64);
}

static void broken_elfs_are_refused(void **state)
{
	(void)state;
	made_elf(&made);
	made_ehdr(&made)->e_ident[EI_CLASS] = ELFCLASS32;
	assert_refused(-ENOTSUP, "ELF file is not for x86-64, only x86-64 kernels are supported");
	made_elf(&made);
	made_ehdr(&made)->e_machine = EM_AARCH64;
	assert_refused(-ENOTSUP, "ELF file is not for x86-64, only x86-64 kernels are supported");
	made_elf(&made);
	made_ehdr(&made)->e_type = ET_DYN;
	assert_refused(-EINVAL, "ELF file is not a kernel: type 3 is not an executable at a fixed "
				"address");
	made_elf(&made);
	made_ehdr(&made)->e_phnum = 65535;
	assert_refused(-EINVAL, "ELF file is damaged: 65535 program headers of 56 bytes");
	made_elf(&made);
	made_ehdr(&made)->e_phoff = UINT64_MAX - 8;
	assert_refused(-EINVAL,
		       "kernel image is truncated: its program headers lie beyond the end of "
		       "the file");
	made_elf(&made);
	made_phdr(&made, 1)->p_filesz = 101;
	assert_refused(-EINVAL,
		       "kernel image is truncated: segment at 0x1400000 lies beyond the end "
		       "of the file");
	made_elf(&made);
	made_phdr(&made, 1)->p_offset = UINT64_MAX;
	assert_refused(-EINVAL,
		       "kernel image is truncated: segment at 0x1400000 lies beyond the end "
		       "of the file");
	made_elf(&made);
	made_phdr(&made, 1)->p_memsz = 99;
	assert_refused(-EINVAL,
		       "ELF file is damaged: segment at 0x1400000 is larger in the file than "
		       "in memory");
	made_elf(&made);
	made_phdr(&made, 1)->p_paddr = 0x1000fff;
	assert_refused(-EINVAL, "ELF file is damaged: segments at 0x1000000 and 0x1000fff overlap");
	made_elf(&made);
	made_phdr(&made, 1)->p_paddr = 0;
	assert_refused(-EINVAL,
		       "ELF file is not a kernel: segment at 0x0 (8192 bytes) is not between "
		       "1 MiB and 4 GiB");
	made_elf(&made);
	made_phdr(&made, 1)->p_memsz = UINT64_MAX;
	assert_refused(-EINVAL,
		       "ELF file is not a kernel: segment at 0x1400000 (18446744073709551615 "
		       "bytes) is not between 1 MiB and 4 GiB");
	made_elf(&made);
	made_phdr(&made, 2)->p_offset = 8192;
	made_phdr(&made, 2)->p_filesz = 4096;
	assert_refused(-EINVAL,
		       "kernel image is truncated: its notes lie beyond the end of the file");
	made_elf(&made);
	made_ehdr(&made)->e_phnum = 2;
	made_ehdr(&made)->e_entry = 0xffffffff81000000;
	assert_refused(-EINVAL,
		       "ELF file is not a kernel: its entry point 0xffffffff81000000 is not "
		       "in a loaded segment");
	made_elf(&made);
	made_phdr(&made, 0)->p_type = made_phdr(&made, 1)->p_type = PT_NULL;
	assert_refused(-EINVAL, "ELF file is not a kernel: its entry point 0x1000100 is not in a "
				"loaded segment");
}

static void too_many_segments_are_refused(void **state)
{
	(void)state;
	made_elf(&made);
	made.size_bytes = 12288;
	made_ehdr(&made)->e_phnum = 17;
	made_ehdr(&made)->e_phoff = 1024;
	for (unsigned int i = 0; i < 17; i++) {
		Elf64_Phdr phdr = {
			.p_type = PT_LOAD,
			.p_memsz = 4096,
			.p_paddr = 0x1000000 + i * 4096,
		};

		memcpy(made.bytes + 1024 + i * sizeof(phdr), &phdr, sizeof(phdr));
	}
	assert_refused(-ENOTSUP, "ELF file has more than 16 segments");
}

static void other_files_are_refused(void **state)
{
	(void)state;
	memset(&made, 0, sizeof(made));
	assert_refused(-EINVAL, "kernel image is empty");
	made.size_bytes = 3;
	assert_refused(-EINVAL, "not a Linux kernel: neither a bzImage nor an ELF file");
	strcpy((char *)made.bytes, "#!/bin/sh\n");
	made.size_bytes = MADE_MAX;
	assert_refused(-EINVAL, "not a Linux kernel: neither a bzImage nor an ELF file");
}

/* Every byte of the file is needed, so every shorter file is refused. */
static void cut_files_never_pass(void **state)
{
	struct linux_load_plan p;

	(void)state;
	for (unsigned int kind = 0; kind < 2; kind++) {
		uint64_t full;

		kind ? made_elf(&made) : made_bzimage(&made);
		for (full = made.size_bytes; made.size_bytes > 0; made.size_bytes--)
			assert_true((plan(&p, NULL) == 0) == (made.size_bytes == full));
	}
}

static int failing_read(void *opaque, uint64_t offset, void *to, size_t size_bytes)
{
	(void)opaque, (void)offset, (void)to, (void)size_bytes;
	return -EIO;
}

static void read_errors_are_passed_on(void **state)
{
	struct linux_image_source source = { failing_read, NULL, 4096 };
	struct linux_load_plan p;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(linux_image_plan(&source, &p, &err), -EIO);
	assert_string_equal(err.message, "cannot read the kernel image: Input/output error");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bzimage_is_planned),
		cmocka_unit_test(zero_setup_sectors_mean_four),
		cmocka_unit_test(broken_bzimages_are_refused),
		cmocka_unit_test(pvh_elf_is_planned),
		cmocka_unit_test(elf_without_note_is_entered_in_64_bit_mode),
		cmocka_unit_test(broken_elfs_are_refused),
		cmocka_unit_test(too_many_segments_are_refused),
		cmocka_unit_test(other_files_are_refused),
		cmocka_unit_test(cut_files_never_pass),
		cmocka_unit_test(read_errors_are_passed_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
