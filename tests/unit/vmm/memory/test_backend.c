/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Covers backend.h, backend_fd.h and map.h: each type is mapped, usable, aligned and shifted; files
 * are created, grown, refused when too short, unlinked in directories, removed again on undo, kept
 * on close, emptied with discard-data; policy, merge, dump; texts; huge pages without pool or
 * reservation.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../host/tree.h"
#include "base/cleanup.h"
#include "base/util.h"
#include "host/mempolicy.h"
#include "host/sysfs.h"
#include "spec/build.h"
#include "vmm/memory/backend.h"

static const struct memory_defaults defaults = { .merge = false, .dump = true };

static struct spec_backend backend_spec(enum spec_backend_type type, uint64_t size_bytes)
{
	static char id[] = "m0";
	struct spec_backend spec = spec_backend_default(type);

	spec.id = id;
	spec.size_bytes = size_bytes;
	return spec;
}

static void assert_usable(const struct memory_backend *backend)
{
	volatile unsigned char *bytes = backend->host;

	bytes[0] = 1;
	bytes[backend->size_bytes - 1] = 2;
	assert_int_equal(bytes[0], 1);
	assert_int_equal(bytes[backend->size_bytes - 1], 2);
}

static void assert_refused(const struct spec_backend *spec, int code, const char *message)
{
	struct memory_backend *backend = NULL;
	struct err err = ERR_INIT;

	assert_int_equal(memory_backend_open(spec, &defaults, 0, &backend, &err), code);
	assert_string_equal(err.message, message);
	assert_non_null(strstr(err.subject, "id=m0"));
	assert_null(backend);
}

static void ram_is_private_and_aligned(void **state)
{
	struct spec_backend spec = backend_spec(SPEC_BACKEND_RAM, 5 * MIB);
	AUTO(memory_backend) backend = NULL;

	(void)state;
	assert_int_equal(memory_backend_open(&spec, &defaults, 0, &backend, NULL), 0);
	assert_true(is_aligned((uintptr_t)backend->host, 2 * MIB));
	assert_int_equal(backend->size_bytes, 5 * MIB);
	assert_false(backend->shared);
	assert_int_equal(backend->fd, -1);
	assert_usable(backend);
}

static void host_and_guest_addresses_agree_modulo_2_mib(void **state)
{
	struct spec_backend spec = backend_spec(SPEC_BACKEND_RAM, 4 * MIB);
	AUTO(memory_backend) backend = NULL;

	(void)state;
	assert_int_equal(memory_backend_open(&spec, &defaults, MIB, &backend, NULL), 0);
	assert_int_equal((uintptr_t)backend->host % (2 * MIB), MIB);
	assert_usable(backend);
}

/* The kernel, asked to write there, faults as our own code would. */
static bool is_writable(void *byte)
{
	autoclose int fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	return read(fd, byte, 1) == 1;
}

static void guards_lie_around_it(void **state)
{
	struct spec_backend spec = backend_spec(SPEC_BACKEND_RAM, 4 * MIB);
	AUTO(memory_backend) backend = NULL;
	char *host;

	(void)state;
	assert_int_equal(memory_backend_open(&spec, &defaults, 0, &backend, NULL), 0);
	host = backend->host;
	assert_true(is_writable(host));
	assert_true(is_writable(host + backend->size_bytes - 1));
	assert_false(is_writable(host - 1));
	assert_false(is_writable(host + backend->size_bytes));
}

static void odd_sizes_round_up_to_pages(void **state)
{
	static const enum spec_backend_type types[] = { SPEC_BACKEND_RAM, SPEC_BACKEND_MEMFD };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		struct spec_backend spec = backend_spec(types[i], 1000);
		AUTO(memory_backend) backend = NULL;

		assert_int_equal(memory_backend_open(&spec, &defaults, 0, &backend, NULL), 0);
		assert_int_equal(backend->size_bytes, 4096);
		assert_usable(backend);
	}
}

/* Contents as another mapping of the descriptor sees them. */
static unsigned char first_byte_of(int fd)
{
	unsigned char byte = 0xff;

	assert_int_equal(pread(fd, &byte, 1, 0), 1);
	return byte;
}

static void memfd_is_shared_and_sealed(void **state)
{
	struct spec_backend spec = backend_spec(SPEC_BACKEND_MEMFD, 4 * MIB);
	AUTO(memory_backend) backend = NULL;

	(void)state;
	assert_int_equal(memory_backend_open(&spec, &defaults, 0, &backend, NULL), 0);
	assert_true(backend->shared);
	assert_usable(backend);
	assert_int_equal(first_byte_of(backend->fd), 1);
	assert_int_equal(ftruncate(backend->fd, 0), -1);
	assert_int_equal(errno, EPERM);
}

static void memfd_can_be_private_and_unsealed(void **state)
{
	struct spec_backend spec = backend_spec(SPEC_BACKEND_MEMFD, 4 * MIB);
	AUTO(memory_backend) backend = NULL;

	(void)state;
	spec.share = SPEC_OFF;
	spec.seal = false;
	assert_int_equal(memory_backend_open(&spec, &defaults, 0, &backend, NULL), 0);
	assert_false(backend->shared);
	assert_usable(backend);
	assert_int_equal(first_byte_of(backend->fd), 0);
	assert_int_equal(ftruncate(backend->fd, 8 * MIB), 0);
}

static void memory_too_large_to_map(void **state)
{
	struct spec_backend spec = backend_spec(SPEC_BACKEND_RAM, UINT64_C(1) << 62);

	(void)state;
	assert_refused(&spec, -ENOMEM, "cannot set up guest memory 'm0': Cannot allocate memory");
	spec.size_bytes = UINT64_MAX;
	assert_refused(&spec, -EINVAL, "memory size: Invalid argument");
}

/* ---- files --------------------------------------------------------------------------------- */

static int setup(void **state)
{
	struct tree *tree = calloc(1, sizeof(*tree));

	tree_init(tree);
	*state = tree;
	return 0;
}

static int teardown(void **state)
{
	tree_fini(*state);
	free(*state);
	return 0;
}

static struct spec_backend file_spec(const struct tree *tree, const char *name, char *path,
				     size_t path_size)
{
	struct spec_backend spec = backend_spec(SPEC_BACKEND_FILE, 2 * MIB);

	snprintf(path, path_size, "%s/%s", tree->path, name);
	spec.mem_path = path;
	spec.share = SPEC_ON;
	return spec;
}

static int64_t file_size(const char *path)
{
	struct stat st;

	return stat(path, &st) < 0 ? -1 : st.st_size;
}

static void files_are_created_and_kept(void **state)
{
	char path[128];
	struct spec_backend spec = file_spec(*state, "ram", path, sizeof(path));
	struct memory_backend *backend = NULL;

	spec.offset_bytes = 8192;
	assert_int_equal(memory_backend_open(&spec, &defaults, 0, &backend, NULL), 0);
	assert_int_equal(file_size(path), 2 * MIB + 8192);
	assert_usable(backend);
	memory_backend_close(backend);
	assert_int_equal(file_size(path), 2 * MIB + 8192);
}

static void undo_removes_only_what_open_created(void **state)
{
	char path[128];
	struct spec_backend spec = file_spec(*state, "ram", path, sizeof(path));
	struct memory_backend *backend = NULL;

	assert_int_equal(memory_backend_open(&spec, &defaults, 0, &backend, NULL), 0);
	memory_backend_undo(backend);
	assert_int_equal(file_size(path), -1);
	tree_write(*state, "ram", "");
	assert_int_equal(memory_backend_open(&spec, &defaults, 0, &backend, NULL), 0);
	memory_backend_undo(backend);
	assert_int_equal(file_size(path), 2 * MIB);
}

static void a_failed_open_leaves_no_file(void **state)
{
	char path[128];
	struct spec_backend spec = file_spec(*state, "ram", path, sizeof(path));

	spec.align_bytes = 3;
	assert_refused(&spec, -EINVAL, "alignment 0x3 must be multiples of page size 0x1000");
	assert_int_equal(file_size(path), -1);
	spec.align_bytes = 3 * 4096;
	assert_refused(&spec, -EINVAL, "alignment 0x3000 must be a power of two");
	spec.align_bytes = 0;
	spec.offset_bytes = 3;
	assert_refused(&spec, -EINVAL, "offset 0x3 must be multiples of page size 0x1000");
	assert_int_equal(file_size(path), -1);
}

static void short_files_are_refused(void **state)
{
	char path[128];
	struct spec_backend spec = file_spec(*state, "ram", path, sizeof(path));

	tree_write(*state, "ram", "precious");
	assert_refused(&spec, -EINVAL,
		       "m0 backing store size 0x8 is too small for 'size' option 0x200000 plus "
		       "'offset' option 0x0");
	assert_int_equal(file_size(path), 8);
}

static void directories_hold_unlinked_files(void **state)
{
	char path[128], command[256];
	struct spec_backend spec = file_spec(*state, "", path, sizeof(path));
	AUTO(memory_backend) backend = NULL;

	assert_int_equal(memory_backend_open(&spec, &defaults, 0, &backend, NULL), 0);
	assert_usable(backend);
	assert_int_equal(first_byte_of(backend->fd), 1);
	snprintf(command, sizeof(command), "test -z \"$(ls -A '%s')\"", path);
	assert_int_equal(system(command), 0);
}

static void missing_files(void **state)
{
	char path[128], message[256];
	struct spec_backend spec = file_spec(*state, "no/such", path, sizeof(path));

	snprintf(message, sizeof(message),
		 "can't open backing store %s for guest RAM: No such file or directory", path);
	assert_refused(&spec, -ENOENT, message);
	/* Read-only memory is never created. */
	spec = file_spec(*state, "absent", path, sizeof(path));
	spec.readonly = true;
	snprintf(message, sizeof(message),
		 "can't open backing store %s for guest RAM: No such file or directory", path);
	assert_refused(&spec, -ENOENT, message);
}

static void private_files_do_not_change(void **state)
{
	char path[128];
	struct spec_backend spec = file_spec(*state, "ram", path, sizeof(path));
	AUTO(memory_backend) backend = NULL;

	spec.share = SPEC_AUTO;
	assert_int_equal(memory_backend_open(&spec, &defaults, 0, &backend, NULL), 0);
	assert_false(backend->shared);
	assert_usable(backend);
	assert_int_equal(first_byte_of(backend->fd), 0);
}

static void discard_data_empties_the_file(void **state)
{
	static const bool wishes[] = { false, true };

	for (size_t i = 0; i < ARRAY_SIZE(wishes); i++) {
		char path[128];
		struct spec_backend spec = file_spec(*state, "ram", path, sizeof(path));
		struct memory_backend *backend = NULL;
		autoclose int fd = -1;

		spec.discard_data = wishes[i];
		assert_int_equal(memory_backend_open(&spec, &defaults, 0, &backend, NULL), 0);
		assert_usable(backend);
		fd = dup(backend->fd);
		memory_backend_close(backend);
		assert_int_equal(first_byte_of(fd), wishes[i] ? 0 : 1);
	}
}

static void align_is_kept(void **state)
{
	char path[128];
	struct spec_backend spec = file_spec(*state, "ram", path, sizeof(path));
	AUTO(memory_backend) backend = NULL;

	spec.align_bytes = 64 * MIB;
	assert_int_equal(memory_backend_open(&spec, &defaults, 0, &backend, NULL), 0);
	assert_true(is_aligned((uintptr_t)backend->host, 64 * MIB));
}

/* ---- policy, flags ------------------------------------------------------------------------- */

static void the_policy_is_set_before_the_first_touch(void **state)
{
	struct spec_backend spec = backend_spec(SPEC_BACKEND_RAM, 4 * MIB);
	AUTO(memory_backend) backend = NULL;
	struct host_policy policy;
	struct idset allowed;

	(void)state;
	if (host_nodes_allowed(&allowed, NULL) < 0)
		skip();
	spec.policy = SPEC_POLICY_BIND;
	idset_add(&spec.host_nodes, (unsigned int)idset_next(&allowed, 0));
	assert_int_equal(memory_backend_open(&spec, &defaults, 0, &backend, NULL), 0);
	assert_int_equal(host_policy_get(backend->host, &policy, NULL), 0);
	assert_int_equal(policy.mode, HOST_POLICY_BIND);
	assert_true(idset_equal(&policy.nodes, &spec.host_nodes));
}

static void policy_texts(void **state)
{
	struct spec_backend spec = backend_spec(SPEC_BACKEND_RAM, 4 * MIB);

	(void)state;
	spec.policy = SPEC_POLICY_INTERLEAVE;
	assert_refused(&spec, -EINVAL, "host-nodes must be set for policy interleave");
	idset_add(&spec.host_nodes, 127);
	assert_refused(&spec, -EINVAL, "cannot bind memory to host NUMA nodes: Invalid argument");
	spec.policy = SPEC_POLICY_DEFAULT;
	assert_refused(&spec, -EINVAL,
		       "host-nodes must be empty for policy default, or you should explicitly "
		       "specify a policy other than default");
}

/* The VmFlags line of the mapping at host in /proc/self/smaps. */
static void read_flags(const void *host, char *buf, size_t buf_size)
{
	FILE *smaps = fopen("/proc/self/smaps", "re");
	char line[512], start[32];
	bool found = false;

	snprintf(start, sizeof(start), "%" PRIxPTR "-", (uintptr_t)host);
	buf[0] = '\0';
	while (fgets(line, sizeof(line), smaps)) {
		found = found || !strncmp(line, start, strlen(start));
		if (!found || strncmp(line, "VmFlags:", 8) != 0)
			continue;
		snprintf(buf, buf_size, "%s", line);
		break;
	}
	fclose(smaps);
}

static void advice_shows_in_the_mapping(void **state)
{
	struct spec_backend spec = backend_spec(SPEC_BACKEND_RAM, 4 * MIB);
	AUTO(memory_backend) backend = NULL;
	char flags[512];

	(void)state;
	spec.dump = SPEC_OFF;
	assert_int_equal(memory_backend_open(&spec, &defaults, 0, &backend, NULL), 0);
	read_flags(backend->host, flags, sizeof(flags));
	assert_non_null(strstr(flags, " dd")); /* no core dump */
	assert_non_null(strstr(flags, " dc")); /* no copy on fork */
	assert_non_null(strstr(flags, " ac")); /* accounted: reserve=on */
	assert_false(backend->dump);
}

static void reserve_off_is_not_accounted(void **state)
{
	struct spec_backend spec = backend_spec(SPEC_BACKEND_RAM, 4 * MIB);
	AUTO(memory_backend) backend = NULL;
	char flags[512];

	(void)state;
	spec.reserve = false;
	assert_int_equal(memory_backend_open(&spec, &defaults, 0, &backend, NULL), 0);
	read_flags(backend->host, flags, sizeof(flags));
	assert_null(strstr(flags, " ac"));
	assert_non_null(strstr(flags, " nr"));
	assert_null(strstr(flags, " dd"));
}

static void defaults_fill_in(void **state)
{
	struct spec_backend spec = backend_spec(SPEC_BACKEND_RAM, 4 * MIB);
	struct memory_defaults others = { .merge = true, .dump = false };
	struct memory_backend *backend = NULL;

	(void)state;
	assert_int_equal(memory_backend_open(&spec, &others, 0, &backend, NULL), 0);
	assert_true(backend->merge);
	assert_false(backend->dump);
	memory_backend_close(backend);
	spec.merge = SPEC_OFF;
	spec.dump = SPEC_ON;
	assert_int_equal(memory_backend_open(&spec, &others, 0, &backend, NULL), 0);
	assert_false(backend->merge);
	assert_true(backend->dump);
	memory_backend_close(backend);
}

/* ---- huge pages ---------------------------------------------------------------------------- */

static uint64_t free_huge_pages(void)
{
	autoclose int root_fd = host_root_open(NULL);
	uint64_t pages = 0;

	if (host_sysfs_read_number(root_fd,
				   "sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages",
				   &pages, NULL) < 0)
		skip();
	return pages;
}

static void huge_pages_are_reserved_or_refused(void **state)
{
	uint64_t pages = free_huge_pages();
	struct spec_backend spec = backend_spec(SPEC_BACKEND_MEMFD, (pages + 1) * 2 * MIB);

	(void)state;
	spec.hugetlb = true;
	spec.hugetlbsize_bytes = 2 * MIB;
	assert_refused(&spec, -ENOMEM,
		       "unable to map backing store for guest RAM: Cannot allocate memory");
	spec.size_bytes = 3 * MIB;
	assert_refused(&spec, -EINVAL, "failed to resize memfd to 3145728: Invalid argument");
	spec.hugetlbsize_bytes = 3 * MIB;
	assert_refused(&spec, -EINVAL, "Hugepage size must be a power of 2");
	spec.hugetlbsize_bytes = 64 * MIB;
	assert_refused(&spec, -ENODEV,
		       "failed to create memfd: this host has no huge pages of 65536 KiB");
}

static void unreserved_huge_pages_are_no_boot_ram(void **state)
{
	struct spec_backend spec = backend_spec(SPEC_BACKEND_MEMFD, 2 * MIB);
	AUTO(memory_backend) backend = NULL;
	struct err err = ERR_INIT;

	(void)state;
	free_huge_pages();
	spec.hugetlb = true;
	spec.hugetlbsize_bytes = 2 * MIB;
	spec.reserve = false;
	assert_int_equal(memory_backend_open(&spec, &defaults, 0, &backend, NULL), 0);
	assert_int_equal(backend->page_bytes, 2 * MIB);
	assert_int_equal(memory_backend_check_ram(backend, -1, &err), -EINVAL);
	assert_non_null(strstr(err.message, "'reserve=off' with huge pages"));
}

/* The check alone, on a made host: the kernel reserves for the machine, not by node. */
static void bound_huge_pages_must_be_on_their_nodes(void **state)
{
	struct tree *tree = *state;
	struct spec_backend spec = backend_spec(SPEC_BACKEND_MEMFD, 8 * MIB);
	struct memory_backend backend = {
		.spec = &spec,
		.size_bytes = 8 * MIB,
		.page_bytes = 2 * MIB,
	};
	struct err err = ERR_INIT;

	spec.policy = SPEC_POLICY_BIND;
	idset_add(&spec.host_nodes, 1);
	tree_add_tiers(tree);
	tree_add_pool(tree, 0, 2048, 100, 100);
	tree_add_pool(tree, 1, 2048, 100, 3);
	assert_int_equal(memory_backend_check_ram(&backend, tree->fd, &err), -ENOMEM);
	assert_string_equal(err.message, "8 MiB of huge pages are wanted on host-nodes 1, 6 MiB "
					 "are free there");
	tree_add_pool(tree, 1, 2048, 100, 4);
	assert_int_equal(memory_backend_check_ram(&backend, tree->fd, &err), 0);
	spec.reserve = false;
	backend.page_bytes = 4096;
	assert_int_equal(memory_backend_check_ram(&backend, tree->fd, &err), 0);
}

int main(void)
{
#define WITH_TREE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ram_is_private_and_aligned),
		cmocka_unit_test(host_and_guest_addresses_agree_modulo_2_mib),
		cmocka_unit_test(guards_lie_around_it),
		cmocka_unit_test(odd_sizes_round_up_to_pages),
		cmocka_unit_test(memfd_is_shared_and_sealed),
		cmocka_unit_test(memfd_can_be_private_and_unsealed),
		cmocka_unit_test(memory_too_large_to_map),
		WITH_TREE(files_are_created_and_kept),
		WITH_TREE(undo_removes_only_what_open_created),
		WITH_TREE(a_failed_open_leaves_no_file),
		WITH_TREE(short_files_are_refused),
		WITH_TREE(directories_hold_unlinked_files),
		WITH_TREE(missing_files),
		WITH_TREE(private_files_do_not_change),
		WITH_TREE(discard_data_empties_the_file),
		WITH_TREE(align_is_kept),
		cmocka_unit_test(the_policy_is_set_before_the_first_touch),
		cmocka_unit_test(policy_texts),
		cmocka_unit_test(advice_shows_in_the_mapping),
		cmocka_unit_test(reserve_off_is_not_accounted),
		cmocka_unit_test(defaults_fill_in),
		cmocka_unit_test(huge_pages_are_reserved_or_refused),
		cmocka_unit_test(unreserved_huge_pages_are_no_boot_ram),
		WITH_TREE(bound_huge_pages_must_be_on_their_nodes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
