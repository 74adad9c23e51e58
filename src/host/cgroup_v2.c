/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Control groups v2 (Documentation/admin-guide/cgroup-v2.rst): see cgroup.h.
 *
 * The domain's group is a "threaded domain": it has the controllers of memory, and its children are
 * threaded and have cpuset and cpu. The children are made threaded before anything else happens to
 * them. A process can be moved right into a threaded child from outside (Linux 6.12 and 7.3 do it;
 * should a kernel refuse with EOPNOTSUPP, it goes through the domain's group).
 *
 * memory.min protects a group only as far as the groups above are protected themselves. So the
 * base (and with systemd the scope) gets the sum of what its domains have; as an ordinary user that
 * stops at the delegated group, whose own files belong to its giver.
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "host/cgroup_internal.h"

static int make(struct cgroup *cgroup, struct err *err)
{
	const char *dir = cgroup->path;
	int ret = cgroup_dir_make(dir, err);

	if (ret < 0)
		return ret;
	cgroup_v2_enable(dir, false);
	cgroup->has[CGROUP_CPUSET] = cgroup_file_has_word(dir, "cgroup.subtree_control", "cpuset");
	cgroup->has[CGROUP_CPU] = cgroup_file_has_word(dir, "cgroup.subtree_control", "cpu");
	cgroup->has[CGROUP_MEMORY] = cgroup_file_exists(dir, "memory.max");
	return 0;
}

static int make_threaded(const char *dir, struct err *err)
{
	char type[32];
	int ret = cgroup_dir_make(dir, err);

	if (ret == 0)
		ret = cgroup_file_read(dir, "cgroup.type", type, sizeof(type), err);
	if (ret < 0)
		return ret;
	return strcmp(type, "threaded") ? cgroup_file_write(dir, "cgroup.type", "threaded", err)
					: 0;
}

static int group_make(struct cgroup *cgroup, const char *group, struct err *err)
{
	char dir[CGROUP_PATH_MAX];

	return make_threaded(cgroup_dir(cgroup, CGROUP_CPUSET, group, dir), err);
}

static int set_write(struct cgroup *cgroup, const char *group, const char *file,
		     const struct idset *set, struct err *err)
{
	char dir[CGROUP_PATH_MAX];

	return cgroup_file_write_set(cgroup_dir(cgroup, CGROUP_CPUSET, group, dir), file, set, err);
}

static int mems_get(const struct cgroup *cgroup, const char *group, struct idset *ret_nodes,
		    struct err *err)
{
	char dir[CGROUP_PATH_MAX];

	return cgroup_file_read_set(cgroup_dir(cgroup, CGROUP_CPUSET, group, dir),
				    "cpuset.mems.effective", ret_nodes, err);
}

static int shares_set(struct cgroup *cgroup, const char *group, uint64_t shares, struct err *err)
{
	char dir[CGROUP_PATH_MAX];

	return cgroup_file_write_u64(cgroup_dir(cgroup, CGROUP_CPU, group, dir), "cpu.weight",
				     shares, err);
}

static int quota_set(struct cgroup *cgroup, const char *group, uint64_t period_us, int64_t quota_us,
		     struct err *err)
{
	char dir[CGROUP_PATH_MAX], text[64];

	if (quota_us < 0)
		snprintf(text, sizeof(text), "max %" PRIu64, period_us);
	else
		snprintf(text, sizeof(text), "%" PRId64 " %" PRIu64, quota_us, period_us);
	return cgroup_file_write(cgroup_dir(cgroup, CGROUP_CPU, group, dir), "cpu.max", text, err);
}

/* ---- Limits ---- */

static int value_write(const char *dir, const char *file, uint64_t bytes, struct err *err)
{
	if (bytes == CGROUP_UNLIMITED)
		return cgroup_file_write(dir, file, "max", err);
	return cgroup_file_write_u64(dir, file, bytes, err);
}

static int no_swap_limit(struct err *err)
{
	return err_set(err, ERR_UNSUPPORTED, -EOPNOTSUPP, NULL,
		       "this kernel cannot limit swap: it has no memory.swap.max (boot it with "
		       "swapaccount=1)");
}

/* Both as one, from the two files. A kernel without swap accounting: unlimited. */
static int both_get(const struct cgroup *cgroup, uint64_t *ret_bytes, struct err *err)
{
	const char *dir = cgroup->dir[CGROUP_MEMORY];
	uint64_t hard = 0, swap = 0, both;
	int ret = cgroup_file_read_u64(dir, "memory.max", &hard, err);

	if (ret == 0 && !cgroup_file_exists(dir, "memory.swap.max"))
		swap = CGROUP_UNLIMITED;
	else if (ret == 0)
		ret = cgroup_file_read_u64(dir, "memory.swap.max", &swap, err);
	if (ret < 0)
		return ret;
	if (hard == CGROUP_UNLIMITED || swap == CGROUP_UNLIMITED || !checked_add(hard, swap, &both))
		both = CGROUP_UNLIMITED;
	*ret_bytes = both;
	return 0;
}

/* hard bytes of memory, both minus hard bytes of swap. The larger file last would allow more. */
static int both_write(struct cgroup *cgroup, uint64_t hard, uint64_t both, struct err *err)
{
	const char *dir = cgroup->dir[CGROUP_MEMORY];
	uint64_t swap = CGROUP_UNLIMITED;
	int ret;

	if (both != CGROUP_UNLIMITED) {
		if (hard > both)
			return err_set(err, ERR_USER, -EINVAL, NULL,
				       "memory hard_limit tunable value must be lower than or "
				       "equal to swap_hard_limit");
		swap = both - hard;
	}
	if (cgroup_file_exists(dir, "memory.swap.max"))
		ret = value_write(dir, "memory.swap.max", swap, err);
	else
		ret = swap == CGROUP_UNLIMITED ? 0 : no_swap_limit(err);
	return ret < 0 ? ret : value_write(dir, "memory.max", hard, err);
}

struct sum {
	const char *dir;
	uint64_t bytes;
};

static int add_child(const char *name, void *context)
{
	struct sum *sum = context;
	char dir[CGROUP_PATH_MAX + 256];
	uint64_t bytes;

	snprintf(dir, sizeof(dir), "%s/%s", sum->dir, name);
	if (cgroup_file_read_u64(dir, "memory.min", &bytes, NULL) == 0 &&
	    !checked_add(sum->bytes, bytes, &sum->bytes))
		sum->bytes = CGROUP_UNLIMITED;
	return 0;
}

/* The group above the domain's, and with a scope of systemd's also its slice. Best effort. */
static void protect_above(const struct cgroup *cgroup)
{
	char above[CGROUP_PATH_MAX];

	snprintf(above, sizeof(above), "%s", cgroup->path);
	for (int i = 0; i < 2; i++) {
		struct sum sum = { .dir = above };
		char *last = strrchr(above, '/');
		bool is_scope;

		if (!last)
			return;
		*last = '\0';
		is_scope = strstr(above, ".scope") && !strstr(above, ".scope/");
		if (cgroup_dir_each(above, add_child, &sum) == 0)
			(void)value_write(above, "memory.min", sum.bytes, NULL);
		if (!is_scope)
			return;
	}
}

static int limit_set(struct cgroup *cgroup, enum cgroup_limit limit, uint64_t bytes,
		     struct err *err)
{
	const char *dir = cgroup->dir[CGROUP_MEMORY];
	uint64_t other;
	int ret;

	switch (limit) {
	case CGROUP_HARD:
		ret = both_get(cgroup, &other, err);
		return ret < 0 ? ret : both_write(cgroup, bytes, other, err);
	case CGROUP_MEMORY_AND_SWAP:
		ret = cgroup_file_read_u64(dir, "memory.max", &other, err);
		return ret < 0 ? ret : both_write(cgroup, other, bytes, err);
	case CGROUP_SOFT:
		return value_write(dir, "memory.high", bytes, err);
	case CGROUP_MIN:
		ret = value_write(dir, "memory.min", bytes, err);
		if (ret == 0)
			protect_above(cgroup);
		return ret;
	}
	return -EINVAL;
}

static int limit_get(const struct cgroup *cgroup, enum cgroup_limit limit, uint64_t *ret_bytes,
		     struct err *err)
{
	const char *dir = cgroup->dir[CGROUP_MEMORY];

	switch (limit) {
	case CGROUP_HARD:
		return cgroup_file_read_u64(dir, "memory.max", ret_bytes, err);
	case CGROUP_MEMORY_AND_SWAP:
		return both_get(cgroup, ret_bytes, err);
	case CGROUP_SOFT:
		return cgroup_file_read_u64(dir, "memory.high", ret_bytes, err);
	case CGROUP_MIN:
		return cgroup_file_read_u64(dir, "memory.min", ret_bytes, err);
	}
	return -EINVAL;
}

/* ---- Processes and threads ---- */

static int process_add(struct cgroup *cgroup, const char *group, pid_t pid, struct err *err)
{
	char dir[CGROUP_PATH_MAX], text[16];
	int ret;

	snprintf(text, sizeof(text), "%d", pid);
	cgroup_dir(cgroup, CGROUP_CPUSET, group, dir);
	ret = cgroup_file_write(dir, "cgroup.procs", text, err);
	if (ret != -EOPNOTSUPP || !group)
		return ret;
	ret = cgroup_file_write(cgroup->path, "cgroup.procs", text, err);
	return ret < 0 ? ret : cgroup_file_write(dir, "cgroup.procs", text, err);
}

static int thread_add(struct cgroup *cgroup, const char *group, pid_t tid, struct err *err)
{
	char dir[CGROUP_PATH_MAX], text[16];

	snprintf(text, sizeof(text), "%d", tid);
	return cgroup_file_write(cgroup_dir(cgroup, CGROUP_CPUSET, group, dir), "cgroup.threads",
				 text, err);
}

static int clone_group(const char *from, const char *to, struct err *err)
{
	static const char *const files[] = { "cpuset.cpus", "cpu.weight", "cpu.max" };
	char text[CGROUP_LIST_MAX];
	int ret = make_threaded(to, err);

	for (size_t i = 0; ret >= 0 && i < ARRAY_SIZE(files); i++) {
		if (!cgroup_file_exists(from, files[i]))
			continue;
		ret = cgroup_file_read(from, files[i], text, sizeof(text), err);
		if (ret >= 0)
			ret = cgroup_file_write(to, files[i], text, err);
	}
	return ret < 0 ? ret : 0;
}

static void kill_one(pid_t pid, void *context)
{
	(void)context;
	kill(pid, SIGKILL);
}

/* cgroup.kill is Linux 5.14. */
static void kill_all(const struct cgroup *cgroup)
{
	if (cgroup_file_write(cgroup->path, "cgroup.kill", "1", NULL) < 0)
		cgroup_ids_each(cgroup->path, "cgroup.procs", kill_one, NULL);
}

static bool is_populated(const struct cgroup *cgroup)
{
	char text[256];

	return cgroup_file_read(cgroup->path, "cgroup.events", text, sizeof(text), NULL) > 0 &&
	       strstr(text, "populated 1");
}

const struct cgroup_ops cgroup_v2_ops = {
	.make = make,
	.group_make = group_make,
	.set_write = set_write,
	.mems_get = mems_get,
	.shares_set = shares_set,
	.quota_set = quota_set,
	.limit_set = limit_set,
	.limit_get = limit_get,
	.process_add = process_add,
	.thread_add = thread_add,
	.clone = clone_group,
	.kill = kill_all,
	.is_populated = is_populated,
	.threads_file = "cgroup.threads",
	.usage_file = "memory.current",
	.shares_min = 1,
	.shares_max = 10000,
};
