/* SPDX-License-Identifier: Apache-2.0 */
/*
 * boot.h with real files and real memory: what lies where after each kind of boot, loading again
 * over dirty memory, memory maps beyond 128 entries, everything that does not fit, files that change.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "made_kernel.h"
#include "vmm/boot/boot.h"
#include "vmm/boot/layout.h"

#define RAM_BYTES (64 * MIB)
#define RSDP	  0xf0000

static struct made_kernel made;

struct fixture {
	char kernel_path[32], initrd_path[32];
	uint8_t *ram;
	struct guest_memory *memory;
	struct e820_table e820;
	struct boot_file *kernel, *initrd;
	struct linux_load_plan plan;
	struct boot_config config;
	struct boot_cpu_state cpu;
};

static void write_file(char *path_template, const void *bytes, size_t n)
{
	int fd = mkstemp(path_template);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, n), n);
	close(fd);
}

static int setup(void **state)
{
	struct e820_input input = { .low_ram_bytes = RAM_BYTES };
	struct fixture *f = calloc(1, sizeof(*f));

	*state = f;
	f->ram = mmap(NULL, RAM_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	f->memory = guest_memory_new();
	assert_int_equal(guest_memory_add(f->memory, gpa(0), RAM_BYTES, f->ram, NULL), 0);
	assert_int_equal(e820_build(&input, &f->e820, NULL), 0);
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	boot_file_free(f->kernel);
	boot_file_free(f->initrd);
	if (f->kernel_path[0])
		unlink(f->kernel_path);
	if (f->initrd_path[0])
		unlink(f->initrd_path);
	guest_memory_free(f->memory);
	munmap(f->ram, RAM_BYTES);
	e820_table_fini(&f->e820);
	free(f);
	return 0;
}

static void use_kernel(struct fixture *f)
{
	strcpy(f->kernel_path, "boot-kernel-XXXXXX");
	write_file(f->kernel_path, made.bytes, made.size_bytes);
	assert_int_equal(boot_file_open(f->kernel_path, "kernel file", &f->kernel, NULL), 0);
	assert_int_equal(boot_plan(f->kernel, &f->plan, NULL), 0);
	f->config = (struct boot_config){
		.kernel = f->kernel,
		.plan = &f->plan,
		.e820 = &f->e820,
		.cmdline = "console=ttyS0 quiet",
		.low_ram_end_gpa = RAM_BYTES,
		.rsdp_gpa = RSDP,
	};
}

static void use_initrd(struct fixture *f, size_t n_bytes)
{
	char *bytes = malloc(n_bytes + 1);

	memset(bytes, 'i', n_bytes);
	strcpy(f->initrd_path, "boot-initrd-XXXXXX");
	write_file(f->initrd_path, bytes, n_bytes);
	free(bytes);
	assert_int_equal(boot_file_open(f->initrd_path, "initrd file", &f->initrd, NULL), 0);
	f->config.initrd = f->initrd;
}

static struct boot_params *zero_page(struct fixture *f)
{
	return (struct boot_params *)(void *)(f->ram + BOOT_ZERO_PAGE_GPA);
}

static void assert_bzimage_in_place(struct fixture *f)
{
	const struct boot_params *params = zero_page(f);
	uint64_t initrd = RAM_BYTES - 8192;

	assert_int_equal(f->ram[0x1000000], 0xc0);
	assert_int_equal(f->ram[0x1000fff], 0xc0);
	assert_int_equal(params->hdr.header, 0x53726448);
	assert_int_equal(params->hdr.type_of_loader, 0xff);
	assert_int_equal(params->hdr.cmd_line_ptr, BOOT_CMDLINE_GPA);
	assert_int_equal(params->hdr.ramdisk_image, initrd);
	assert_int_equal(params->hdr.ramdisk_size, 5000);
	assert_int_equal(params->acpi_rsdp_addr, RSDP);
	assert_int_equal(params->sentinel, 0);
	assert_int_equal(params->hdr.setup_data, 0);
	assert_int_equal(params->e820_entries, 4);
	assert_int_equal(params->e820_table[3].addr, 0x100000);
	assert_int_equal(params->e820_table[3].size, RAM_BYTES - 0x100000);
	assert_int_equal(params->e820_table[3].type, 1);
	assert_string_equal((char *)f->ram + BOOT_CMDLINE_GPA, "console=ttyS0 quiet");
	assert_int_equal(f->ram[initrd], 'i');
	assert_int_equal(f->ram[initrd + 4999], 'i');
}

static void bzimage_starts_in_64_bit_mode(void **state)
{
	struct fixture *f = *state;
	uint64_t *tables;

	made_bzimage(&made);
	use_kernel(f);
	use_initrd(f, 5000);
	assert_int_equal(boot_load(f->memory, &f->config, &f->cpu, NULL), 0);
	assert_bzimage_in_place(f);
	assert_int_equal(f->cpu.mode, BOOT_MODE_LONG64);
	assert_int_equal(f->cpu.rip, 0x1000200);
	assert_int_equal(f->cpu.rsi, BOOT_ZERO_PAGE_GPA);
	assert_int_equal(f->cpu.cr3, BOOT_PAGE_TABLES_GPA);
	assert_int_equal(f->cpu.code_selector, 0x10);
	assert_int_equal(f->cpu.data_selector, 0x18);
	/* Walk the tables for an address in the last of the 4 GiB. */
	tables = (uint64_t *)(void *)(f->ram + f->cpu.cr3);
	assert_int_equal(tables[0] & 0xfff, 3);
	tables = (uint64_t *)(void *)(f->ram + (tables[0] & ~0xfffull));
	tables = (uint64_t *)(void *)(f->ram + (tables[3] & ~0xfffull));
	assert_true(tables[511] == (0xffe00000 | 0x83));
	assert_int_equal(*(uint64_t *)(void *)(f->ram + f->cpu.gdt_base + 0x10),
			 0x00af9b000000ffff);
}

static void loading_again_repairs_everything(void **state)
{
	struct fixture *f = *state;
	struct boot_cpu_state again;

	made_bzimage(&made);
	use_kernel(f);
	use_initrd(f, 5000);
	assert_int_equal(boot_load(f->memory, &f->config, &f->cpu, NULL), 0);
	memset(f->ram, 0xff, RAM_BYTES);
	assert_int_equal(boot_load(f->memory, &f->config, &again, NULL), 0);
	assert_bzimage_in_place(f);
	assert_memory_equal(&again, &f->cpu, sizeof(again));
}

static void pvh_starts_in_32_bit_mode(void **state)
{
	struct fixture *f = *state;
	uint32_t *info;

	made_elf(&made);
	use_kernel(f);
	use_initrd(f, 4096);
	memset(f->ram, 0xff, RAM_BYTES); /* as after a reset */
	assert_int_equal(boot_load(f->memory, &f->config, &f->cpu, NULL), 0);
	assert_int_equal(f->cpu.mode, BOOT_MODE_PROTECTED32);
	assert_int_equal(f->cpu.rip, 0x1000100);
	assert_int_equal(f->cpu.rbx, BOOT_PVH_INFO_GPA);
	assert_int_equal(f->cpu.cr3, 0);
	assert_int_equal(f->ram[0x1000000], 0xe1);
	assert_int_equal(f->ram[0x1400063], 0xe2);
	assert_int_equal(f->ram[0x1400064], 0); /* bss */
	assert_int_equal(f->ram[0x1401fff], 0);
	assert_int_equal(f->ram[0x1402000], 0xff);
	info = (uint32_t *)(void *)(f->ram + BOOT_PVH_INFO_GPA);
	assert_int_equal(info[0], 0x336ec578);
	assert_int_equal(info[1], 1);
	assert_int_equal(info[3], 1); /* modules */
	assert_int_equal(*(uint64_t *)(void *)(f->ram + info[4]), RAM_BYTES - 4096);
	assert_int_equal(*(uint64_t *)(void *)(f->ram + info[4] + 8), 4096);
	assert_string_equal((char *)f->ram + info[6], "console=ttyS0 quiet");
	assert_int_equal(info[8], RSDP);
	assert_int_equal(info[12], 4);
	assert_int_equal(*(uint64_t *)(void *)(f->ram + info[10] + 3 * 24), 0x100000);
	assert_int_equal(*(uint32_t *)(void *)(f->ram + info[10] + 2 * 24 + 16), E820_RESERVED);
}

static void plain_elf_gets_a_made_up_header(void **state)
{
	struct fixture *f = *state;

	made_elf(&made);
	made_ehdr(&made)->e_phnum = 2;
	use_kernel(f);
	f->config.memory_is_zero = true;
	f->config.cmdline = NULL;
	assert_int_equal(boot_load(f->memory, &f->config, &f->cpu, NULL), 0);
	assert_int_equal(f->cpu.mode, BOOT_MODE_LONG64);
	assert_int_equal(f->cpu.rip, 0x1000040);
	assert_int_equal(zero_page(f)->hdr.header, 0x53726448);
	assert_int_equal(zero_page(f)->hdr.boot_flag, 0xaa55);
	assert_int_equal(zero_page(f)->hdr.ramdisk_size, 0);
	assert_string_equal((char *)f->ram + BOOT_CMDLINE_GPA, "");
}

static void initrd_stays_below_the_kernels_limit(void **state)
{
	struct fixture *f = *state;

	made_bzimage(&made);
	made_header(&made)->initrd_addr_max = 0x2ffffff;
	use_kernel(f);
	use_initrd(f, 5000);
	assert_int_equal(boot_load(f->memory, &f->config, &f->cpu, NULL), 0);
	assert_int_equal(zero_page(f)->hdr.ramdisk_image, 0x3000000 - 8192);
}

static void long_maps_continue_in_setup_data(void **state)
{
	struct fixture *f = *state;
	struct range high[200];
	struct e820_input input = { .low_ram_bytes = RAM_BYTES,
				    .high_ram = high,
				    .n_high_ram = 200 };
	const struct setup_data *data;
	const struct boot_e820_entry *entries;

	for (unsigned int i = 0; i < 200; i++)
		high[i] = (struct range){ 4 * GIB + i * 2 * GIB, GIB };
	e820_table_fini(&f->e820);
	assert_int_equal(e820_build(&input, &f->e820, NULL), 0);
	made_bzimage(&made);
	use_kernel(f);
	assert_int_equal(boot_load(f->memory, &f->config, &f->cpu, NULL), 0);
	assert_int_equal(zero_page(f)->e820_entries, 128);
	data = (void *)(f->ram + zero_page(f)->hdr.setup_data);
	entries = (const void *)data->data;
	assert_int_equal(data->type, SETUP_E820_EXT);
	assert_int_equal(data->next, 0);
	assert_int_equal(data->len, 76 * 20);
	assert_true(entries[75].addr == 4 * GIB + 199 * 2 * GIB);
}

static void assert_load_fails(struct fixture *f, int code, const char *subject, const char *message)
{
	struct err err = ERR_INIT;

	assert_int_equal(boot_load(f->memory, &f->config, &f->cpu, &err), code);
	assert_string_equal(err.subject, subject);
	assert_string_equal(err.message, message);
}

static void what_does_not_fit_is_refused(void **state)
{
	struct fixture *f = *state;
	char long_cmdline[2049];

	made_bzimage(&made);
	use_kernel(f);
	use_initrd(f, 8 * MIB);
	f->config.low_ram_end_gpa = 0x12fffff;
	assert_load_fails(
		f, -ENOSPC, "-kernel",
		"kernel is too large (needs RAM up to 19 MiB, the guest has 18 MiB there)");
	f->config.low_ram_end_gpa = 0x1900000;
	assert_load_fails(
		f, -ENOSPC, "-initrd",
		"initrd is too large (need 8 MiB, the guest has 6 MiB between kernel and 25 "
		"MiB)");
	f->config.low_ram_end_gpa = 0x1b00000; /* exactly */
	assert_int_equal(boot_load(f->memory, &f->config, &f->cpu, NULL), 0);
	memset(long_cmdline, 'x', 2048);
	long_cmdline[2048] = '\0';
	f->config.cmdline = long_cmdline;
	assert_load_fails(f, -ENOSPC, "-append",
			  "kernel command line is too long (2048 bytes, this kernel takes 2047)");
	long_cmdline[2047] = '\0';
	assert_int_equal(boot_load(f->memory, &f->config, &f->cpu, NULL), 0);
	f->config.low_ram_end_gpa = 2 * RAM_BYTES; /* a lie: there is no memory */
	assert_load_fails(f, -EFAULT, "-m",
			  "the guest has no RAM at 0x7800000, where it starts from");
}

static void a_file_that_shrinks_is_an_error(void **state)
{
	struct fixture *f = *state;
	char expected[128];

	made_bzimage(&made);
	use_kernel(f);
	assert_int_equal(truncate(f->kernel_path, 2000), 0);
	snprintf(expected, sizeof(expected), "'%s' has become shorter, or cannot be read",
		 f->kernel_path);
	assert_load_fails(f, -EIO, "-kernel", expected);
}

static void files_that_cannot_be_used(void **state)
{
	struct boot_file *file = NULL;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(boot_file_open("no-such-kernel", "kernel file", &file, &err), -ENOENT);
	assert_string_equal(
		err.message,
		"could not open kernel file 'no-such-kernel': No such file or directory");
	assert_int_equal(boot_file_open(".", "initrd file", &file, &err), -EISDIR);
	assert_string_equal(err.message, "could not open initrd file '.': Is a directory");
	assert_int_equal(boot_file_open("/dev/null", "initrd file", &file, &err), -EINVAL);
	assert_string_equal(err.message, "initrd file '/dev/null' is not a regular file");
	assert_null(file);
}

static void bad_kernel_is_named(void **state)
{
	struct fixture *f = *state;
	struct err err = ERR_INIT;
	char expected[128];

	strcpy(f->kernel_path, "boot-kernel-XXXXXX");
	write_file(f->kernel_path, "hello", 5);
	assert_int_equal(boot_file_open(f->kernel_path, "kernel file", &f->kernel, NULL), 0);
	assert_int_equal(boot_plan(f->kernel, &f->plan, &err), -EINVAL);
	snprintf(expected, sizeof(expected),
		 "'%s': not a Linux kernel: neither a bzImage nor an ELF file", f->kernel_path);
	assert_string_equal(err.message, expected);
	assert_string_equal(err.subject, "-kernel");
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(bzimage_starts_in_64_bit_mode),
		T(loading_again_repairs_everything),
		T(pvh_starts_in_32_bit_mode),
		T(plain_elf_gets_a_made_up_header),
		T(initrd_stays_below_the_kernels_limit),
		T(long_maps_continue_in_setup_data),
		T(what_does_not_fit_is_refused),
		T(a_file_that_shrinks_is_an_error),
		T(files_that_cannot_be_used),
		T(bad_kernel_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
