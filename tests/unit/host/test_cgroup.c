/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Covers what of cgroup.h needs no kernel: where groups can be made (v2, v1, hybrid, systemd,
 * delegation, containers), lists, names, limits as values, and what errors say. The rest is in
 * tests/testhost/02-cgroup.sh and 03-cgroup-v1.sh.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/util.h"
#include "host/cgroup_internal.h"
#include "tree.h"

#define V2_LINE "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"
#define CG	"sys/fs/cgroup/"

static char original_path[4096]; /* of programs: tests decide whether there is a busctl */

static int setup(void **state)
{
	struct tree *tree = calloc(1, sizeof(*tree));

	tree_init(tree);
	snprintf(original_path, sizeof(original_path), "%s", getenv("PATH") ?: "");
	*state = tree;
	return 0;
}

static int teardown(void **state)
{
	setenv("PATH", original_path, 1);
	tree_fini(*state);
	free(*state);
	return 0;
}

static void add_proc(struct tree *tree, const char *mountinfo, const char *cgroup)
{
	tree_write(tree, "proc/self/mountinfo", mountinfo);
	tree_write(tree, "proc/self/cgroup", cgroup);
}

/* A group of v2; dir "" is the root, else it ends with a slash. */
static void add_group(struct tree *tree, const char *dir, const char *controllers)
{
	static const char *const files[] = { "cgroup.procs", "cgroup.subtree_control" };
	char path[256];

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		snprintf(path, sizeof(path), CG "%s%s", dir, files[i]);
		tree_write(tree, path, "");
	}
	snprintf(path, sizeof(path), CG "%scgroup.controllers", dir);
	tree_write(tree, path, controllers);
}

static void find(struct tree *tree, uid_t uid, struct cgroup_host *host)
{
	struct err err = ERR_INIT;

	if (cgroup_host_find_as(tree->path, uid, false, host, &err) < 0)
		fail_msg("%s", err.message);
}

/* text is a path below the tree. */
static void assert_path(const struct tree *tree, const char *got, const char *text)
{
	char wanted[600];

	snprintf(wanted, sizeof(wanted), "%s/%s", tree->path, text);
	assert_string_equal(got, wanted);
}

static void file_is(const struct tree *tree, const char *path, const char *wanted)
{
	char text[256];

	assert_true(cgroup_file_read(tree->path, path, text, sizeof(text), NULL) >= 0);
	assert_string_equal(text, wanted);
}

/* ---- Finding ---- */

static void root_on_v2_uses_a_group_below_the_root(void **state)
{
	struct tree *tree = *state;
	struct cgroup_host host;

	add_proc(tree, V2_LINE, "0::/user.slice/session-1.scope\n");
	add_group(tree, "", "cpuset cpu io memory pids\n");
	setenv("PATH", "/nowhere", 1);
	tree_write(tree, "run/systemd/system/x", "");
	find(tree, 0, &host);
	assert_int_equal(host.version, 2);
	assert_false(host.systemd); /* no busctl */
	assert_true(host.cpuset && host.cpu && host.memory);
	assert_path(tree, host.base, "sys/fs/cgroup/terrace");
}

static void controllers_are_those_of_the_root(void **state)
{
	struct tree *tree = *state;
	struct cgroup_host host;

	add_proc(tree, V2_LINE, "0::/\n");
	add_group(tree, "", "cpu memory\n");
	find(tree, 0, &host);
	assert_false(host.cpuset);
	assert_true(host.cpu && host.memory);
}

static void systemd_with_busctl_gives_scopes(void **state)
{
	struct tree *tree = *state;
	struct cgroup_host host;
	char path[256];

	add_proc(tree, V2_LINE, "0::/\n");
	add_group(tree, "", "cpuset cpu memory\n");
	tree_write(tree, "run/systemd/system/x", "");
	tree_write(tree, "bin/busctl", "");
	snprintf(path, sizeof(path), "%s/bin/busctl", tree->path);
	chmod(path, 0755);
	snprintf(path, sizeof(path), "/nowhere:%s/bin", tree->path);
	setenv("PATH", path, 1);
	find(tree, 0, &host);
	assert_true(host.systemd);
	assert_path(tree, host.base, "sys/fs/cgroup/machine.slice");

	/* A user has a systemd only when its instance runs. */
	find(tree, 1000, &host);
	assert_false(host.systemd);
	tree_write(tree, "run/user/1000/systemd/x", "");
	add_group(tree, "user.slice/user-1000.slice/user@1000.service/", "cpu memory\n");
	find(tree, 1000, &host);
	assert_true(host.systemd);
	assert_false(host.cpuset);
	assert_true(host.memory);
	assert_path(tree, host.base,
		    "sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/machine.slice");
}

static void a_user_gets_its_delegated_group(void **state)
{
	struct tree *tree = *state;
	struct cgroup_host host;

	add_proc(tree, V2_LINE, "0::/lab/alice\n");
	add_group(tree, "", "cpuset cpu memory\n");
	tree_write(tree, CG "lab/alice/cgroup.controllers", "cpuset cpu memory\n");
	tree_write(tree, CG "lab/alice/cgroup.procs", "");
	find(tree, 1000, &host); /* cgroup.subtree_control was not given to it */
	assert_int_equal(host.version, 2);
	assert_string_equal(host.base, "");
	assert_false(host.cpuset || host.cpu || host.memory);

	add_group(tree, "lab/alice/", "cpuset cpu memory\n");
	find(tree, 1000, &host);
	assert_path(tree, host.base, "sys/fs/cgroup/lab/alice");
	assert_true(host.cpuset && host.cpu && host.memory);

	/* The leaf into which an earlier caller moved its processes stands for the group above. */
	add_group(tree, "lab/alice/supervisor/", "cpuset cpu memory\n");
	add_proc(tree, V2_LINE, "0::/lab/alice/supervisor\n");
	find(tree, 1000, &host);
	assert_path(tree, host.base, "sys/fs/cgroup/lab/alice");
}

static void a_container_sees_its_part_of_the_hierarchy(void **state)
{
	struct tree *tree = *state;
	struct cgroup_host host;

	add_proc(tree, "30 23 0:26 /box/1 /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n",
		 "0::/box/1/inner\n");
	add_group(tree, "", "cpuset cpu memory\n");
	add_group(tree, "inner/", "cpuset cpu memory\n");
	find(tree, 1000, &host);
	assert_path(tree, host.base, "sys/fs/cgroup/inner");

	add_proc(tree, V2_LINE, "0::/../../outside\n");
	find(tree, 1000, &host);
	assert_string_equal(host.base, "");
}

static void v1_has_a_base_in_each_hierarchy(void **state)
{
	struct tree *tree = *state;
	struct cgroup_host host;

	add_proc(tree,
		 "31 30 0:27 / /sys/fs/cgroup/my\\040cpuset rw - cgroup cgroup rw,cpuset\n"
		 "32 30 0:28 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n",
		 "2:cpuset:/a\n3:cpu,cpuacct:/b\n");
	tree_write(tree, CG "my cpuset/cgroup.procs", "");
	tree_write(tree, CG "cpu,cpuacct/cgroup.procs", "");
	find(tree, 0, &host);
	assert_int_equal(host.version, 1);
	assert_true(host.cpuset && host.cpu);
	assert_false(host.memory);
	assert_path(tree, host.v1_cpuset, "sys/fs/cgroup/my cpuset/terrace");
	assert_path(tree, host.v1_cpu, "sys/fs/cgroup/cpu,cpuacct/terrace");
	assert_string_equal(host.v1_memory, "");

	/* A user: only where its own group is its. */
	tree_write(tree, CG "cpu,cpuacct/b/cgroup.procs", "");
	find(tree, 1000, &host);
	assert_false(host.cpuset);
	assert_path(tree, host.v1_cpu, "sys/fs/cgroup/cpu,cpuacct/b");
}

static void a_hybrid_host_is_v1(void **state)
{
	struct tree *tree = *state;
	struct cgroup_host host;

	add_proc(tree,
		 "31 30 0:27 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n"
		 "33 30 0:29 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n",
		 "2:cpuset:/\n0::/\n");
	tree_write(tree, CG "cpuset/cgroup.procs", "");
	tree_write(tree, CG "unified/cgroup.controllers", "\n");
	find(tree, 0, &host);
	assert_int_equal(host.version, 1);
	assert_true(host.cpuset);
}

static void without_any_there_is_no_version(void **state)
{
	struct tree *tree = *state;
	struct cgroup_host host;
	struct cgroup *cgroup;
	struct err err = ERR_INIT;

	assert_int_equal(cgroup_host_find_as(tree->path, 0, false, &host, &err), -EIO);
	assert_non_null(strstr(err.message, "/proc/self/mountinfo"));
	add_proc(tree, "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n", "");
	find(tree, 0, &host);
	assert_int_equal(host.version, 0);
	assert_int_equal(cgroup_new(&host, "a", &cgroup, &err), -EOPNOTSUPP);
	assert_string_equal(err.message, "no control group can be made by this user ('terrace "
					 "doctor' says how to mend it)");
}

/* ---- Names and lists ---- */

static void units_are_escaped_as_systemd_does(void **state)
{
	char unit[512];

	(void)state;
	cgroup_systemd_unit("web-1_a.b x", unit, sizeof(unit));
	assert_string_equal(unit, "machine-terrace\\x2dweb\\x2d1_a.b\\x20x.scope");
}

static void list_is(const struct cgroup_host *host, const char *wanted)
{
	char text[256] = "";
	char **names;
	size_t n;

	assert_int_equal(cgroup_list(host, &names, &n, NULL), 0);
	for (size_t i = 0; i < n; i++) {
		strcat(strcat(text, names[i]), " ");
		free(names[i]);
	}
	free(names);
	assert_string_equal(text, wanted);
}

static void the_list_has_domains_of_every_hierarchy_once(void **state)
{
	struct tree *tree = *state;
	struct cgroup_host host = { .version = 1 };

	tree_write(tree, "cpuset/terrace-b/tasks", "");
	tree_write(tree, "cpuset/other/tasks", "");
	tree_write(tree, "cpuset/terrace-file", "");
	tree_write(tree, "memory/terrace-b/tasks", "");
	tree_write(tree, "memory/terrace-a-1/tasks", "");
	snprintf(host.v1_cpuset, sizeof(host.v1_cpuset), "%s/cpuset", tree->path);
	snprintf(host.v1_memory, sizeof(host.v1_memory), "%s/memory", tree->path);
	snprintf(host.v1_cpu, sizeof(host.v1_cpu), "%s/nowhere", tree->path);
	list_is(&host, "a-1 b ");
}

static void the_list_looks_into_scopes(void **state)
{
	struct tree *tree = *state;
	struct cgroup_host host = { .version = 2, .systemd = true };

	tree_write(tree, "slice/machine-terrace\\x2dweb.scope/terrace-web/x", "");
	tree_write(tree, "slice/machine-terrace\\x2dweb.scope/supervisor/x", "");
	tree_write(tree, "slice/machine-qemu\\x2d1.scope/terrace-no/x", "");
	snprintf(host.base, sizeof(host.base), "%s/slice", tree->path);
	list_is(&host, "web ");
}

/* ---- A group ---- */

static struct cgroup *open_demo(struct tree *tree, struct cgroup_host *host)
{
	struct cgroup *cgroup = NULL;
	struct err err = ERR_INIT;

	*host = (struct cgroup_host){ .version = 2 };
	snprintf(host->base, sizeof(host->base), "%s/base", tree->path);
	tree_write(tree, "base/memory.min", "0\n");
	tree_write(tree, "base/terrace-demo/cgroup.procs", "");
	tree_write(tree, "base/terrace-demo/cpuset.mems", "\n");
	tree_write(tree, "base/terrace-demo/cpuset.mems.effective", "0-3\n");
	tree_write(tree, "base/terrace-demo/memory.max", "max\n");
	tree_write(tree, "base/terrace-demo/memory.high", "max\n");
	tree_write(tree, "base/terrace-demo/memory.min", "0\n");
	tree_write(tree, "base/terrace-demo/memory.swap.max", "max\n");
	if (cgroup_open(host, "demo", &cgroup, &err) < 0)
		fail_msg("%s", err.message);
	return cgroup;
}

static void a_group_that_is_not_there_is_named(void **state)
{
	struct tree *tree = *state;
	struct cgroup_host host = { .version = 2 };
	struct cgroup *cgroup;
	struct err err = ERR_INIT;

	snprintf(host.base, sizeof(host.base), "%s", tree->path);
	assert_int_equal(cgroup_open(&host, "demo", &cgroup, &err), -ENOENT);
	assert_int_equal(err.class, ERR_NOT_FOUND);
	assert_string_equal(err.message, "'demo' has no control group");
	assert_int_equal(cgroup_open(&host, "a/../b", &cgroup, &err), -EINVAL);
	assert_int_equal(cgroup_open(&host, "", &cgroup, &err), -EINVAL);
}

static void names_of_sub_groups_are_checked(void **state)
{
	struct cgroup_host host;
	AUTO(cgroup) cgroup = open_demo(*state, &host);
	struct err err = ERR_INIT;

	assert_int_equal(cgroup_group_add(cgroup, "../x", &err), -EINVAL);
	assert_string_equal(err.message, "'../x' is not a name of a control group");
	assert_int_equal(cgroup_group_add(cgroup, "", &err), -EINVAL);
	assert_int_equal(cgroup_group_add(cgroup, NULL, &err), 0);
}

static void a_missing_controller_has_libvirts_text(void **state)
{
	struct cgroup_host host;
	AUTO(cgroup) cgroup = open_demo(*state, &host);
	struct idset nodes = IDSET_EMPTY;
	struct err err = ERR_INIT;

	/* The demo has no cpu.weight. */
	assert_int_equal(cgroup_shares_set(cgroup, NULL, 100, &err), -EOPNOTSUPP);
	assert_int_equal(err.class, ERR_UNSUPPORTED);
	assert_string_equal(err.message, "cgroup cpu is required for scheduler tuning ('terrace "
					 "doctor' says how to mend it)");
	cgroup->has[CGROUP_CPUSET] = cgroup->has[CGROUP_MEMORY] = false;
	assert_int_equal(cgroup_mems_set(cgroup, NULL, &nodes, &err), -EOPNOTSUPP);
	assert_memory_equal(err.message, "cgroup cpuset controller is not mounted", 39);
	assert_int_equal(cgroup_limit_set(cgroup, CGROUP_HARD, 1, &err), -EOPNOTSUPP);
	assert_memory_equal(err.message, "Memory cgroup is not available on this host", 43);
}

static void sets_are_written_in_list_format(void **state)
{
	struct cgroup_host host;
	AUTO(cgroup) cgroup = open_demo(*state, &host);
	struct idset nodes = IDSET_EMPTY;

	idset_add_range(&nodes, 0, 2);
	assert_int_equal(cgroup_mems_set(cgroup, NULL, &nodes, NULL), 0);
	file_is(*state, "base/terrace-demo/cpuset.mems", "0-2");
	assert_int_equal(cgroup_mems_get(cgroup, NULL, &nodes, NULL), 0);
	assert_int_equal(idset_count(&nodes), 4); /* what is effective */
}

/* An empty write would not reach the kernel at all. */
static void an_empty_set_is_a_newline(void **state)
{
	struct cgroup_host host;
	AUTO(cgroup) cgroup = open_demo(*state, &host);
	struct stat st;
	char path[256];

	tree_write(*state, "base/terrace-demo/cpuset.mems", "");
	assert_int_equal(cgroup_mems_set(cgroup, NULL, &IDSET_EMPTY, NULL), 0);
	snprintf(path, sizeof(path), "%s/cpuset.mems", cgroup_path(cgroup));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, 1);
}

static void a_failed_write_names_value_and_file(void **state)
{
	struct tree *tree = *state;
	struct err err = ERR_INIT;
	char wanted[256];

	assert_int_equal(cgroup_file_write(tree->path, "cpu.max", "5000 1000", &err), -ENOENT);
	snprintf(wanted, sizeof(wanted),
		 "cannot write '5000 1000' to %s/cpu.max: No such file or directory", tree->path);
	assert_string_equal(err.message, wanted);
}

/* ---- Limits on v2 ---- */

static uint64_t limit(struct cgroup *cgroup, enum cgroup_limit which)
{
	uint64_t bytes = 0;

	assert_int_equal(cgroup_limit_get(cgroup, which, &bytes, NULL), 0);
	return bytes;
}

static void the_limit_with_swap_counts_both(void **state)
{
	struct cgroup_host host;
	AUTO(cgroup) cgroup = open_demo(*state, &host);

	assert_true(limit(cgroup, CGROUP_MEMORY_AND_SWAP) == CGROUP_UNLIMITED);
	assert_int_equal(cgroup_limit_set(cgroup, CGROUP_HARD, GIB, NULL), 0);
	assert_true(limit(cgroup, CGROUP_MEMORY_AND_SWAP) == CGROUP_UNLIMITED);
	tree_write(*state, "base/terrace-demo/memory.swap.max", "");
	assert_int_equal(cgroup_limit_set(cgroup, CGROUP_MEMORY_AND_SWAP, 3 * GIB, NULL), 0);
	file_is(*state, "base/terrace-demo/memory.swap.max", "2147483648");
	assert_int_equal(limit(cgroup, CGROUP_MEMORY_AND_SWAP), 3 * GIB);

	/* A new hard limit keeps the sum. */
	tree_write(*state, "base/terrace-demo/memory.max", "1073741824");
	assert_int_equal(cgroup_limit_set(cgroup, CGROUP_HARD, 2 * GIB, NULL), 0);
	file_is(*state, "base/terrace-demo/memory.max", "2147483648");
	file_is(*state, "base/terrace-demo/memory.swap.max", "1073741824");
}

static void a_hard_limit_above_the_one_with_swap_is_refused(void **state)
{
	struct cgroup_host host;
	AUTO(cgroup) cgroup = open_demo(*state, &host);
	struct err err = ERR_INIT;

	tree_write(*state, "base/terrace-demo/memory.max", "1073741824");
	assert_int_equal(cgroup_limit_set(cgroup, CGROUP_MEMORY_AND_SWAP, GIB - 1, &err), -EINVAL);
	assert_string_equal(err.message, "memory hard_limit tunable value must be lower than or "
					 "equal to swap_hard_limit");
	tree_write(*state, "base/terrace-demo/memory.swap.max", "4096");
	assert_int_equal(cgroup_limit_set(cgroup, CGROUP_HARD, GIB + 4097, &err), -EINVAL);
	assert_int_equal(cgroup_limit_set(cgroup, CGROUP_HARD, CGROUP_UNLIMITED, &err), -EINVAL);
}

/* A child is protected only as far as its parent is. */
static void the_base_is_protected_as_much_as_its_domains(void **state)
{
	struct cgroup_host host;
	AUTO(cgroup) cgroup = open_demo(*state, &host);

	tree_write(*state, "base/terrace-other/memory.min", "1048576\n");
	assert_int_equal(cgroup_limit_set(cgroup, CGROUP_MIN, 4 * MIB, NULL), 0);
	file_is(*state, "base/terrace-demo/memory.min", "4194304");
	file_is(*state, "base/memory.min", "5242880");
}

static void the_leaders_group_is_not_replaced(void **state)
{
	struct cgroup_host host;
	AUTO(cgroup) cgroup = open_demo(*state, &host);
	struct idset nodes = IDSET_EMPTY;
	struct err err = ERR_INIT;
	char text[32];

	idset_add(&nodes, 1);
	tree_write(*state, "base/terrace-demo/emulator/cgroup.type", "threaded\n");
	snprintf(text, sizeof(text), "%d\n", getpid());
	tree_write(*state, "base/terrace-demo/emulator/cgroup.threads", text);
	assert_int_equal(cgroup_mems_replace(cgroup, "emulator", &nodes, &err), -EINVAL);
	assert_non_null(strstr(err.message, "emulator holds the leader of a process"));
	assert_int_equal(cgroup_mems_replace(cgroup, NULL, &nodes, &err), -EINVAL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(root_on_v2_uses_a_group_below_the_root),
		TEST(controllers_are_those_of_the_root),
		TEST(systemd_with_busctl_gives_scopes),
		TEST(a_user_gets_its_delegated_group),
		TEST(a_container_sees_its_part_of_the_hierarchy),
		TEST(v1_has_a_base_in_each_hierarchy),
		TEST(a_hybrid_host_is_v1),
		TEST(without_any_there_is_no_version),
		TEST(units_are_escaped_as_systemd_does),
		TEST(the_list_has_domains_of_every_hierarchy_once),
		TEST(the_list_looks_into_scopes),
		TEST(a_group_that_is_not_there_is_named),
		TEST(names_of_sub_groups_are_checked),
		TEST(a_missing_controller_has_libvirts_text),
		TEST(sets_are_written_in_list_format),
		TEST(an_empty_set_is_a_newline),
		TEST(a_failed_write_names_value_and_file),
		TEST(the_limit_with_swap_counts_both),
		TEST(a_hard_limit_above_the_one_with_swap_is_refused),
		TEST(the_base_is_protected_as_much_as_its_domains),
		TEST(the_leaders_group_is_not_replaced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
