/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Covers backends.h and lock.h, and the pagenodes tool: all backends of a command line, regions
 * reach the guest's addresses, preallocated and touched memory is seen from outside; all or
 * nothing; thread contexts; locking and its limit; huge pages where the host has some.
 *
 * usage: test_vmm_backends PAGENODES
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "../../argv.h"
#include "../../host/tree.h"
#include "base/util.h"
#include "host/mempolicy.h"
#include "host/sysfs.h"
#include "vmm/memory/backends.h"

static const char *pagenodes;

struct machine {
	struct vm_spec *spec;
	struct plan *plan;
	struct memory_backends *backends;
	int root_fd;
};

/* -errno of opening the backends; the machine must be closed either way. */
static int machine_open(struct machine *machine, const char *words, struct err *err)
{
	*machine = (struct machine){ .root_fd = host_root_open(NULL) };
	machine->spec = argv_spec(words, err);
	if (!machine->spec || plan_build(machine->spec, NULL, &machine->plan, err) < 0)
		fail_msg("%s: %s: %s", words, err->subject, err->message);
	return memory_backends_open(machine->spec, machine->plan, machine->root_fd,
				    &machine->backends, err);
}

static void machine_close(struct machine *machine)
{
	memory_backends_close(machine->backends);
	plan_free(machine->plan);
	spec_free(machine->spec);
	close(machine->root_fd);
}

static void must_open(struct machine *machine, const char *words)
{
	struct err err = ERR_INIT;

	if (machine_open(machine, words, &err) < 0)
		fail_msg("%s: %s: %s", words, err.subject, err.message);
}

/* VmLck or VmRSS of this process, in KiB. */
static uint64_t status_kib(const char *key)
{
	autoclose int root_fd = host_root_open(NULL);
	char text[8192];
	uint64_t bytes = 0;

	assert_true(host_sysfs_read(root_fd, "proc/self/status", text, sizeof(text), NULL) > 0);
	for (char *tab = text; (tab = strchr(tab, '\t'));)
		*tab = ' ';
	assert_int_equal(host_meminfo_find(text, key, &bytes), 0);
	return bytes / KIB;
}

static void regions_reach_the_guests_addresses(void **state)
{
	AUTO(guest_memory) mem = guest_memory_new();
	struct machine machine;
	char word[8] = "";

	(void)state;
	must_open(&machine,
		  "-m 3G -smp 2 -object memory-backend-ram,id=a,size=1535M,reserve=off -object "
		  "memory-backend-memfd,id=b,size=1537M -numa node,cpus=0,memdev=a -numa "
		  "node,cpus=1,memdev=b");
	assert_int_equal(memory_backends_add_regions(machine.backends, machine.plan, mem, NULL), 0);
	assert_int_equal(guest_memory_write(mem, gpa(1535 * MIB - 4), "abcdefg", 8), 0);
	assert_memory_equal((char *)machine.backends->backend[0]->host + 1535 * MIB - 4, "abcd", 4);
	assert_memory_equal(machine.backends->backend[1]->host, "efg", 4);
	assert_int_equal(guest_memory_write(mem, gpa(4 * GIB), "high", 5), 0);
	assert_memory_equal((char *)machine.backends->backend[1]->host + 513 * MIB, "high", 5);
	assert_int_equal(guest_memory_read(mem, gpa(2 * GIB - 4), word, 8), -EFAULT);
	assert_ptr_equal(memory_backends_region_host(machine.backends, &machine.plan->regions[2]),
			 (char *)machine.backends->backend[1]->host + 513 * MIB);
	machine_close(&machine);
}

/*
 * Private memory of a cell that starts at an odd MiB is shifted, so that huge pages fit the guest.
 */
static void odd_cells_are_shifted(void **state)
{
	struct machine machine;

	(void)state;
	must_open(&machine,
		  "-m 64M -object memory-backend-ram,id=a,size=31M -object "
		  "memory-backend-ram,id=b,size=33M -numa node,memdev=a -numa node,memdev=b");
	assert_int_equal((uintptr_t)machine.backends->backend[0]->host % (2 * MIB), 0);
	assert_int_equal((uintptr_t)machine.backends->backend[1]->host % (2 * MIB), MIB);
	machine_close(&machine);
}

/* The output of pagenodes about this process. */
static void run_pagenodes(const char *arguments, char *buf, size_t buf_size)
{
	char command[512];
	size_t length;
	FILE *pipe;

	snprintf(command, sizeof(command), "%s %d %s", pagenodes, (int)getpid(), arguments);
	pipe = popen(command, "r");
	assert_non_null(pipe);
	length = fread(buf, 1, buf_size - 1, pipe);
	buf[length] = '\0';
	assert_int_equal(pclose(pipe), 0);
}

static void pages_are_seen_from_outside(void **state)
{
	struct machine machine;
	char text[1024], range[128];

	(void)state;
	must_open(&machine,
		  "-m 96M -object memory-backend-memfd,id=full,size=32M,prealloc=on -object "
		  "memory-backend-memfd,id=touched,size=32M -object "
		  "memory-backend-ram,id=private,size=32M,prealloc=on -numa node,memdev=full "
		  "-numa node,memdev=touched -numa node,memdev=private");
	run_pagenodes("--backend full", text, sizeof(text));
	assert_string_equal(text, "full total=8192 N0=8192 absent=0\n");
	run_pagenodes("--backend touched", text, sizeof(text));
	assert_string_equal(text, "touched total=8192 absent=8192\n");
	madvise(machine.backends->backend[1]->host, 32 * MIB, MADV_NOHUGEPAGE);
	memset(machine.backends->backend[1]->host, 1, 8 * MIB);
	run_pagenodes("--backend touched", text, sizeof(text));
	assert_string_equal(text, "touched total=8192 N0=2048 absent=6144\n");
	snprintf(range, sizeof(range), "%p 32M", machine.backends->backend[2]->host);
	run_pagenodes(range, text, sizeof(text));
	assert_string_equal(text, "range total=8192 N0=8192 absent=0\n");
	run_pagenodes("--size 32M", text, sizeof(text));
	assert_non_null(strstr(text, " total=8192 N0=8192 absent=0\n"));
	machine_close(&machine);
}

static void every_policy_is_placed_and_populated(void **state)
{
	static const char *const policies[] = { "preferred", "bind", "interleave",
						"weighted-interleave", "bind,numa-balancing=on" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(policies); i++) {
		struct machine machine;
		struct err err = ERR_INIT;
		struct host_policy policy;
		char words[256];
		int ret;

		snprintf(words, sizeof(words),
			 "-m 16M -object memory-backend-ram,id=a,size=16M,prealloc=on,"
			 "host-nodes=0,policy=%s -numa node,memdev=a",
			 policies[i]);
		ret = machine_open(&machine, words, &err);
		if (ret != -EOPNOTSUPP) { /* an older kernel */
			assert_int_equal(ret, 0);
			assert_int_equal(
				host_policy_get(machine.backends->backend[0]->host, &policy, NULL),
				0);
			assert_true(idset_has(&policy.nodes, 0));
			assert_int_equal(policy.numa_balancing, i == 4);
		}
		machine_close(&machine);
	}
}

static void all_or_nothing(void **state)
{
	struct machine machine;
	struct err err = ERR_INIT;
	struct tree tree;
	char words[512], command[128];

	(void)state;
	tree_init(&tree);
	snprintf(words, sizeof(words),
		 "-m 32M -object memory-backend-file,id=a,size=16M,share=on,mem-path=%s/ram "
		 "-object memory-backend-ram,id=b,size=16M,policy=bind,host-nodes=127 "
		 "-numa node,memdev=a -numa node,memdev=b",
		 tree.path);
	assert_int_equal(machine_open(&machine, words, &err), -EINVAL);
	assert_string_equal(err.subject, "-object memory-backend-ram,id=b");
	assert_string_equal(err.message, "cannot bind memory to host NUMA nodes: Invalid argument");
	assert_null(machine.backends);
	snprintf(command, sizeof(command), "test ! -e '%s/ram'", tree.path);
	assert_int_equal(system(command), 0);
	machine_close(&machine);
	tree_fini(&tree);
}

/* mbind drops a forbidden node in silence when another one is allowed; we do not. */
static void nodes_that_the_cpuset_forbids(void **state)
{
	struct machine machine;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(machine_open(&machine,
				      "-m 16M -object memory-backend-ram,id=a,size=16M,policy=bind,"
				      "host-nodes=0,host-nodes=127 -numa node,memdev=a",
				      &err),
			 -EINVAL);
	assert_non_null(strstr(err.message, "cannot bind memory to host NUMA nodes: "));
	machine_close(&machine);
}

static void thread_contexts_say_where(void **state)
{
	struct machine machine;
	struct err err = ERR_INIT;

	(void)state;
	must_open(&machine, "-m 16M -object thread-context,id=t,cpu-affinity=0 -object "
			    "memory-backend-ram,id=a,size=16M,prealloc=on,prealloc-context=t "
			    "-numa node,memdev=a");
	machine_close(&machine);
	must_open(&machine, "-m 16M -object thread-context,id=t,node-affinity=0 -object "
			    "memory-backend-ram,id=a,size=16M,prealloc=on,prealloc-context=t "
			    "-numa node,memdev=a");
	machine_close(&machine);
	assert_int_equal(
		machine_open(&machine,
			     "-m 16M -object thread-context,id=t,cpu-affinity=4095 -object "
			     "memory-backend-ram,id=a,size=16M,prealloc=on,prealloc-context=t "
			     "-numa node,memdev=a",
			     &err),
		-EINVAL);
	assert_string_equal(err.message, "Setting CPU affinity failed: Invalid argument");
	machine_close(&machine);
}

static void locking(void **state)
{
	static const struct {
		const char *wish;
		bool resident;
	} rows[] = { { "on", true }, { "on-fault", false } };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t locked_kib = status_kib("VmLck"), resident_kib = status_kib("VmRSS");
		struct machine machine;
		struct err err = ERR_INIT;
		char words[64];
		int ret;

		snprintf(words, sizeof(words), "-m 64M -overcommit mem-lock=%s", rows[i].wish);
		ret = machine_open(&machine, words, &err);
		if (ret == 0) {
			assert_int_equal(status_kib("VmLck") - locked_kib, 64 * 1024);
			assert_int_equal(status_kib("VmRSS") - resident_kib > 60 * 1024,
					 rows[i].resident);
		} else { /* not root, and the limit is low */
			assert_non_null(strstr(err.message, "RLIMIT_MEMLOCK"));
		}
		machine_close(&machine);
	}
}

/* In a child without CAP_IPC_LOCK and with a small limit. */
static int locked_child(void)
{
	struct rlimit limit = { MIB, MIB };
	struct machine machine;
	struct err err = ERR_INIT;
	char text[1024];

	if (setrlimit(RLIMIT_MEMLOCK, &limit) < 0)
		return 2;
	if (getuid() == 0 && setresuid(65534, 65534, 65534) < 0)
		return 3;
	if (machine_open(&machine, "-m 64M -overcommit mem-lock=on", &err) != -ENOMEM)
		return 4;
	machine_close(&machine);
	err_text(&err, text, sizeof(text));
	return !!strcmp(text, "-overcommit mem-lock: locking memory failed: 64 MiB are wanted, "
			      "RLIMIT_MEMLOCK allows 1024 KiB (raise it, or give CAP_IPC_LOCK): "
			      "Cannot allocate memory");
}

static void the_limit_of_locking_is_told(void **state)
{
	pid_t child = fork();
	int status;

	(void)state;
	if (!child)
		_exit(locked_child());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void huge_pages_where_there_are_some(void **state)
{
	autoclose int root_fd = host_root_open(NULL);
	struct machine machine;
	uint64_t pages = 0;
	char text[256];

	(void)state;
	host_sysfs_read_number(root_fd, "sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages",
			       &pages, NULL);
	if (pages < 4)
		skip();
	must_open(&machine, "-m 8M -object memory-backend-memfd,id=h,size=8M,hugetlb=on,"
			    "hugetlbsize=2M,prealloc=on,host-nodes=0,policy=bind -numa "
			    "node,memdev=h");
	run_pagenodes("--backend h", text, sizeof(text));
	assert_string_equal(text, "h total=2048 N0=2048 absent=0\n");
	machine_close(&machine);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(regions_reach_the_guests_addresses),
		cmocka_unit_test(odd_cells_are_shifted),
		cmocka_unit_test(pages_are_seen_from_outside),
		cmocka_unit_test(every_policy_is_placed_and_populated),
		cmocka_unit_test(all_or_nothing),
		cmocka_unit_test(nodes_that_the_cpuset_forbids),
		cmocka_unit_test(thread_contexts_say_where),
		cmocka_unit_test(locking),
		cmocka_unit_test(the_limit_of_locking_is_told),
		cmocka_unit_test(huge_pages_where_there_are_some),
	};

	if (argc != 2)
		return 2;
	pagenodes = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
