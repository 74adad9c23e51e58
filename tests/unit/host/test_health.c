/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Covers health.h: a made host that is well, and for each check one that is not: level, what it says
 * and how it is mended.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/util.h"
#include "host/health.h"
#include "tree.h"

static const struct host_health_caller root_caller = {
	.uid = 0,
	.locks_any = true,
	.memlock_bytes = UINT64_MAX,
	.memlock_max_bytes = UINT64_MAX,
	.files = 65536,
	.files_max = 65536,
};

/* A host with fast and slow nodes on which nothing is to be mended. */
static int setup(void **state)
{
	struct tree *tree = calloc(1, sizeof(*tree));

	tree_init(tree);
	tree_add_tiers(tree);
	tree_write(tree, "proc/sys/kernel/osrelease", "7.3.4-cloud-amd64\n");
	tree_write(tree, "proc/sys/kernel/numa_balancing", "2\n");
	tree_write(tree, "proc/sys/vm/overcommit_memory", "0\n");
	tree_write(tree, "proc/cpuinfo", "processor\t: 0\nflags\t\t: fpu svm npt\n");
	tree_write(tree, "proc/meminfo", "MemTotal: 4000000 kB\nSwapTotal: 0 kB\n");
	tree_write(tree, "proc/self/mountinfo",
		   "30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
	tree_write(tree, "proc/self/cgroup", "0::/login\n");
	tree_write(tree, "sys/fs/cgroup/cgroup.controllers", "cpuset cpu io memory\n");
	tree_write(tree, "sys/fs/cgroup/cgroup.procs", "");
	tree_write(tree, "sys/fs/cgroup/cgroup.subtree_control", "");
	tree_write(tree, "sys/fs/cgroup/login/cgroup.procs", "");
	tree_write(tree, "sys/module/kvm_amd/parameters/nested", "1\n");
	tree_write(tree, "sys/module/kvm_amd/parameters/npt", "Y\n");
	tree_write(tree, "sys/module/kvm/parameters/tdp_mmu", "Y\n");
	tree_write(tree, "sys/devices/virtual/memory_tiering/memory_tier4/nodelist", "0-1\n");
	tree_write(tree, "sys/devices/virtual/memory_tiering/memory_tier46/nodelist", "2-3\n");
	tree_write(tree, "sys/kernel/mm/numa/demotion_enabled", "true\n");
	tree_write(tree, "sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n");
	tree_write(tree, "sys/kernel/mm/ksm/run", "0\n");
	tree_write(tree, "sys/kernel/mm/ksm/merge_across_nodes", "1\n");
	tree_write(tree, "dev/kvm", "");
	*state = tree;
	return 0;
}

static int teardown(void **state)
{
	tree_fini(*state);
	free(*state);
	return 0;
}

static const struct host_health_point *find(const struct host_health *health, const char *name)
{
	for (size_t i = 0; i < health->n; i++)
		if (!strcmp(health->points[i].name, name))
			return &health->points[i];
	fail_msg("no point '%s'", name);
	return NULL;
}

static struct host_health read_health(struct tree *tree, const struct host_health_caller *caller)
{
	struct host_health health;
	struct err err = ERR_INIT;

	if (host_health_read(tree->path, caller, &health, &err) < 0)
		fail_msg("%s", err.message);
	return health;
}

/* One point of the host as it is now; text and remedy are what they must contain. */
static void point_of(struct tree *tree, const struct host_health_caller *caller, const char *name,
		     enum host_health_level level, const char *text, const char *remedy)
{
	struct host_health health = read_health(tree, caller);
	const struct host_health_point *point = find(&health, name);

	if (point->level != level || !strstr(point->text, text) || !strstr(point->remedy, remedy))
		fail_msg("%s: %s: %s (%s)", name, host_health_level_name(point->level), point->text,
			 point->remedy);
}

static void point_is(struct tree *tree, const char *name, enum host_health_level level,
		     const char *text, const char *remedy)
{
	point_of(tree, &root_caller, name, level, text, remedy);
}

static void nothing_is_to_be_mended(void **state)
{
	struct host_health health = read_health(*state, &root_caller);

	for (size_t i = 0; i < health.n; i++)
		if (health.points[i].level != HOST_HEALTH_OK)
			fail_msg("%s: %s", health.points[i].name, health.points[i].text);
	assert_int_equal(health.n_warnings, 0);
	assert_int_equal(health.n_problems, 0);
	assert_int_equal(health.n, 15);
	point_is(*state, "memory-tiers", HOST_HEALTH_OK, "nodes 0-1, slower: nodes 2-3", "");
}

static void kvm_says_what_is_missing(void **state)
{
	struct tree *tree = *state;
	struct host_health health;

	tree_write(tree, "proc/cpuinfo", "processor\t: 0\nflags\t\t: fpu\n");
	point_is(tree, "kvm", HOST_HEALTH_PROBLEM, "KVM runs in software", "firmware");
	tree_write(tree, "proc/cpuinfo", "processor\t: 0\nflags\t\t: fpu svm\n");
	unlinkat(tree->fd, "dev/kvm", 0);
	point_is(tree, "kvm", HOST_HEALTH_PROBLEM, "the processor has svm",
		 "sudo modprobe kvm-amd");
	tree_write(tree, "proc/cpuinfo", "processor\t: 0\nflags\t\t: fpu vmx\n");
	point_is(tree, "kvm", HOST_HEALTH_PROBLEM, "there is no /dev/kvm that works",
		 "sudo modprobe kvm-intel");
	tree_write(tree, "proc/cpuinfo", "model name\t: x\nflags\t\t: fpu svml\nbugs\t: svm vmx\n");
	point_is(tree, "kvm", HOST_HEALTH_PROBLEM, "neither svm nor vmx", "firmware");
	health = read_health(tree, &root_caller);
	assert_int_equal(health.n_problems, 1);
}

static void nesting_is_told_and_never_a_fault(void **state)
{
	point_is(*state, "nested", HOST_HEALTH_OK, "on:", "");
	tree_write(*state, "sys/module/kvm_amd/parameters/nested", "0\n");
	point_is(*state, "nested", HOST_HEALTH_OK, "off:", "sudo modprobe kvm-amd nested=1");
}

static void paging_without_hardware_costs(void **state)
{
	tree_write(*state, "sys/module/kvm/parameters/tdp_mmu", "N\n");
	point_is(*state, "paging", HOST_HEALTH_WARNING, "the TDP MMU is off", "tdp_mmu=1");
	tree_write(*state, "sys/module/kvm_amd/parameters/npt", "N\n");
	point_is(*state, "paging", HOST_HEALTH_WARNING, "nested page tables", "npt=1");
}

static void cgroups_of_v1_and_none(void **state)
{
	struct tree *tree = *state;

	tree_write(tree, "proc/self/mountinfo",
		   "31 30 0:27 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n");
	tree_write(tree, "sys/fs/cgroup/cpuset/cgroup.procs", "");
	point_is(tree, "cgroup", HOST_HEALTH_WARNING, "version 1",
		 "systemd.unified_cgroup_hierarchy=1");
	point_is(tree, "demotion", HOST_HEALTH_WARNING, "cpusets of cgroup v2", "demotion_enabled");
	tree_write(tree, "proc/self/mountinfo", "");
	point_is(tree, "cgroup", HOST_HEALTH_PROBLEM, "no control groups", "sudo mount -t cgroup2");
}

static void missing_controllers_are_named(void **state)
{
	struct host_health_caller user = root_caller;
	struct tree *tree = *state;

	tree_write(tree, "sys/fs/cgroup/cgroup.controllers", "io memory\n");
	point_is(tree, "controllers", HOST_HEALTH_PROBLEM, "no controller cpuset cpu;",
		 "for c in cpuset cpu; do");
	tree_write(tree, "sys/fs/cgroup/cgroup.controllers", "cpuset cpu memory\n");
	user.uid = 1000;
	point_of(tree, &user, "controllers", HOST_HEALTH_WARNING, "no restrictive",
		 "chown 1000 /sys/fs/cgroup/1000");
	tree_write(tree, "run/systemd/system/x", "");
	point_of(tree, &user, "controllers", HOST_HEALTH_WARNING, "no controller cpuset cpu memory",
		 "Delegate=cpu cpuset io memory pids");
}

static void limits_are_warnings(void **state)
{
	struct host_health_caller user = root_caller;

	user.locks_any = false;
	point_of(*state, &user, "memlock", HOST_HEALTH_OK, "any amount", "");
	user.memlock_max_bytes = 8 * MIB;
	point_of(*state, &user, "memlock", HOST_HEALTH_WARNING, "at most 8M", "memlock unlimited");
	user.files_max = 1024;
	point_of(*state, &user, "open-files", HOST_HEALTH_WARNING, "at most 1024 open files",
		 "nofile 65536");
}

static void demotion_depends_on_the_kernel(void **state)
{
	struct host_health_caller user = root_caller;

	point_is(*state, "demotion", HOST_HEALTH_OK, "inside each domain's cpuset", "");
	tree_write(*state, "proc/sys/kernel/osrelease", "6.12.95+deb12\n");
	point_is(*state, "demotion", HOST_HEALTH_WARNING,
		 "kernel 6.12.95+deb12 demotes without regard to policies and cpusets",
		 "echo 0 | sudo tee /sys/kernel/mm/numa/demotion_enabled");
	tree_write(*state, "proc/sys/kernel/osrelease", "6.18.0\n");
	point_is(*state, "demotion", HOST_HEALTH_WARNING, "policies and perhaps cpusets", "7.3");
	tree_write(*state, "proc/sys/kernel/osrelease", "7.3.0\n");
	user.uid = 1000; /* without a cpuset, nothing holds it back */
	point_of(*state, &user, "demotion", HOST_HEALTH_WARNING, "cannot be used here",
		 "mend 'controllers'");
	tree_write(*state, "sys/kernel/mm/numa/demotion_enabled", "false\n");
	point_is(*state, "demotion", HOST_HEALTH_OK, "off", "echo 1");
}

static void balancing_must_promote_where_there_are_tiers(void **state)
{
	tree_write(*state, "proc/sys/kernel/numa_balancing", "1\n");
	point_is(*state, "numa-balancing", HOST_HEALTH_WARNING, "nothing is promoted",
		 "sudo sysctl kernel.numa_balancing=2");
	unlinkat(((struct tree *)*state)->fd,
		 "sys/devices/virtual/memory_tiering/memory_tier46/nodelist", 0);
	tree_write(*state, "sys/devices/virtual/memory_tiering/memory_tier4/nodelist", "0-3\n");
	point_is(*state, "numa-balancing", HOST_HEALTH_OK, "follow their users",
		 "kernel.numa_balancing=0");
	tree_write(*state, "proc/sys/kernel/numa_balancing", "0\n");
	point_is(*state, "numa-balancing", HOST_HEALTH_OK, "off", "");
}

static void pools_are_told_by_node(void **state)
{
	point_is(*state, "huge-pages", HOST_HEALTH_OK, "no huge pages", "nr_hugepages");
	tree_add_pool(*state, 0, 2048, 512, 500);
	tree_add_pool(*state, 1, 1048576, 2, 2);
	tree_add_pool(*state, 1, 2048, 0, 0);
	point_is(*state, "huge-pages", HOST_HEALTH_OK,
		 "node 0: 500 of 512 pages of 2M free; node 1: 2 of 2 pages of 1G free", "");
}

static void what_else_the_kernel_does_with_memory(void **state)
{
	struct tree *tree = *state;

	tree_write(tree, "sys/kernel/mm/transparent_hugepage/enabled", "always madvise [never]\n");
	point_is(tree, "transparent-huge-pages", HOST_HEALTH_WARNING, "never",
		 "echo madvise | sudo tee");
	tree_write(tree, "proc/meminfo", "SwapTotal: 2097152 kB\n");
	point_is(tree, "swap", HOST_HEALTH_OK, "2G:", "");
	tree_write(tree, "proc/sys/vm/overcommit_memory", "2\n");
	point_is(tree, "overcommit", HOST_HEALTH_WARNING, "maxMemory",
		 "sudo sysctl vm.overcommit_memory=0");
	tree_write(tree, "sys/kernel/mm/ksm/run", "1\n");
	point_is(tree, "ksm", HOST_HEALTH_WARNING, "different nodes", "merge_across_nodes");
	tree_write(tree, "sys/kernel/mm/ksm/merge_across_nodes", "0\n");
	point_is(tree, "ksm", HOST_HEALTH_OK, "each node by itself", "");
}

static void a_host_without_proc_is_an_error(void **state)
{
	struct host_health health;
	struct err err = ERR_INIT;

	unlinkat(((struct tree *)*state)->fd, "proc/sys/kernel/osrelease", 0);
	assert_int_equal(
		host_health_read(((struct tree *)*state)->path, &root_caller, &health, &err), -EIO);
	assert_non_null(strstr(err.message, "osrelease"));
}

static void this_host_can_be_read(void **state)
{
	struct host_health_caller caller;
	struct host_health health;
	struct err err = ERR_INIT;

	(void)state;
	host_health_caller_read(&caller);
	assert_true(caller.files > 0 && caller.files <= caller.files_max);
	if (host_health_read("", &caller, &health, &err) < 0)
		fail_msg("%s", err.message);
	for (size_t i = 0; i < health.n; i++)
		assert_true(*health.points[i].text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_is_to_be_mended),
		TEST(kvm_says_what_is_missing),
		TEST(nesting_is_told_and_never_a_fault),
		TEST(paging_without_hardware_costs),
		TEST(cgroups_of_v1_and_none),
		TEST(missing_controllers_are_named),
		TEST(limits_are_warnings),
		TEST(demotion_depends_on_the_kernel),
		TEST(balancing_must_promote_where_there_are_tiers),
		TEST(pools_are_told_by_node),
		TEST(what_else_the_kernel_does_with_memory),
		TEST(a_host_without_proc_is_an_error),
		TEST(this_host_can_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
