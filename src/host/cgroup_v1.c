/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Control groups v1 (Documentation/admin-guide/cgroup-v1): see cgroup.h.
 *
 * The domain has a directory in each of the hierarchies cpuset, cpu and memory; sub-groups only in
 * the first two. What v2 does by itself is done here:
 *
 * - A new cpuset is empty: CPUs and nodes are copied from the group above before a thread enters.
 * - A set must lie in the set above: when the domain's changes, sub-groups that had the same set
 *   follow it, and others lose what the domain loses.
 * - Pages move on a change of nodes only with cpuset.memory_migrate, which is on just for the write
 *   to a group that has threads.
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "host/cgroup_internal.h"

#define V1_NO_LIMIT (UINT64_C(1) << 62) /* "unlimited" reads as 2^63 less a page */

int cgroup_v1_cpuset_clone(const char *parent, const char *dir, struct err *err)
{
	static const char *const files[] = { "cpuset.cpus", "cpuset.mems" };

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		struct idset mine, theirs;
		int ret = cgroup_file_read_set(dir, files[i], &mine, err);

		if (ret == 0 && idset_is_empty(&mine))
			ret = cgroup_file_read_set(parent, files[i], &theirs, err)
				      ?: cgroup_file_write_set(dir, files[i], &theirs, err);
		if (ret < 0)
			return ret;
	}
	return 0;
}

/* DIR without its last component. */
static void parent_dir(const char *dir, char buf[CGROUP_PATH_MAX])
{
	snprintf(buf, CGROUP_PATH_MAX, "%.*s", (int)(strrchr(dir, '/') - dir), dir);
}

static int cpuset_make(const char *dir, struct err *err)
{
	char parent[CGROUP_PATH_MAX];
	int ret = cgroup_dir_make(dir, err);

	parent_dir(dir, parent);
	return ret < 0 ? ret : cgroup_v1_cpuset_clone(parent, dir, err);
}

static int make(struct cgroup *cgroup, struct err *err)
{
	for (size_t c = 0; c < CGROUP_CONTROLLERS; c++) {
		const char *dir = cgroup->dir[c];
		int ret;

		if (!*dir)
			continue;
		ret = c == CGROUP_CPUSET ? cpuset_make(dir, err) : cgroup_dir_make(dir, err);
		if (ret < 0)
			return ret;
		cgroup->has[c] = true;
	}
	return 0;
}

static int group_make(struct cgroup *cgroup, const char *group, struct err *err)
{
	char dir[CGROUP_PATH_MAX];
	int ret = 0;

	if (cgroup->has[CGROUP_CPUSET])
		ret = cpuset_make(cgroup_dir(cgroup, CGROUP_CPUSET, group, dir), err);
	if (ret == 0 && cgroup->has[CGROUP_CPU])
		ret = cgroup_dir_make(cgroup_dir(cgroup, CGROUP_CPU, group, dir), err);
	return ret;
}

/* ---- cpuset ---- */

static void count_id(pid_t id, void *context)
{
	(void)id;
	(void)context;
}

static bool has_threads(const char *dir)
{
	return cgroup_ids_each(dir, "tasks", count_id, NULL) > 0;
}

/* With threads inside, pages move as they do on v2. */
static int nodes_write(const char *dir, const char *file, const struct idset *set, struct err *err)
{
	bool migrate = !strcmp(file, "cpuset.mems") && has_threads(dir);
	int ret;

	if (migrate)
		(void)!cgroup_file_write(dir, "cpuset.memory_migrate", "1", NULL);
	ret = cgroup_file_write_set(dir, file, set, err);
	if (migrate)
		(void)!cgroup_file_write(dir, "cpuset.memory_migrate", "0", NULL);
	return ret;
}

struct follow {
	const char *dir, *file;
	const struct idset *old, *new;
	bool narrow; /* before the domain's set is written, else after */
	struct err *err;
};

static int follow_one(const char *name, void *context)
{
	const struct follow *follow = context;
	char dir[CGROUP_PATH_MAX + 256];
	struct idset mine, wanted;
	int ret;

	snprintf(dir, sizeof(dir), "%s/%s", follow->dir, name);
	ret = cgroup_file_read_set(dir, follow->file, &mine, follow->err);
	if (ret < 0)
		return ret;
	wanted = mine;
	if (follow->narrow) {
		for (int i = idset_next(&mine, 0); i >= 0; i = idset_next(&mine, (unsigned)i + 1))
			if (!idset_has(follow->new, (unsigned)i))
				idset_del(&wanted, (unsigned)i);
		if (idset_is_empty(&wanted) || idset_equal(&mine, follow->old))
			return 0; /* after it, when the new ones are allowed */
	} else if (idset_equal(&mine, follow->old)) {
		wanted = *follow->new;
	}
	return idset_equal(&wanted, &mine) ? 0
					   : nodes_write(dir, follow->file, &wanted, follow->err);
}

/*
 * The domain's own set. The kernel wants every child inside of it at all times, so it is the union of
 * old and new while the children change.
 */
static int domain_set_write(const char *dir, const char *file, const struct idset *set,
			    struct err *err)
{
	struct idset old, both;
	struct follow follow = { .dir = dir, .file = file, .old = &old, .new = set, .err = err };
	int ret = cgroup_file_read_set(dir, file, &old, err);

	if (ret < 0)
		return ret;
	both = old;
	idset_union(&both, set);
	if (!idset_equal(&both, &old))
		ret = cgroup_file_write_set(dir, file, &both, err);
	if (ret == 0)
		ret = cgroup_dir_each(dir, follow_one, &follow);
	follow.narrow = true;
	follow.old = &IDSET_EMPTY;
	if (ret == 0)
		ret = cgroup_dir_each(dir, follow_one, &follow);
	return ret < 0 ? ret : nodes_write(dir, file, set, err);
}

static int set_write(struct cgroup *cgroup, const char *group, const char *file,
		     const struct idset *set, struct err *err)
{
	char dir[CGROUP_PATH_MAX], parent[CGROUP_PATH_MAX];
	struct idset above;
	int ret;

	cgroup_dir(cgroup, CGROUP_CPUSET, group, dir);
	if (idset_is_empty(set)) {
		parent_dir(dir, parent);
		ret = cgroup_file_read_set(parent, file, &above, err);
		if (ret < 0)
			return ret;
		set = &above;
	}
	return group ? nodes_write(dir, file, set, err) : domain_set_write(dir, file, set, err);
}

static int mems_get(const struct cgroup *cgroup, const char *group, struct idset *ret_nodes,
		    struct err *err)
{
	char dir[CGROUP_PATH_MAX];

	return cgroup_file_read_set(cgroup_dir(cgroup, CGROUP_CPUSET, group, dir), "cpuset.mems",
				    ret_nodes, err);
}

/* ---- cpu ---- */

static int shares_set(struct cgroup *cgroup, const char *group, uint64_t shares, struct err *err)
{
	char dir[CGROUP_PATH_MAX];

	return cgroup_file_write_u64(cgroup_dir(cgroup, CGROUP_CPU, group, dir), "cpu.shares",
				     shares, err);
}

static int quota_set(struct cgroup *cgroup, const char *group, uint64_t period_us, int64_t quota_us,
		     struct err *err)
{
	char dir[CGROUP_PATH_MAX], text[32];
	int ret = cgroup_file_write_u64(cgroup_dir(cgroup, CGROUP_CPU, group, dir),
					"cpu.cfs_period_us", period_us, err);

	snprintf(text, sizeof(text), "%" PRId64, quota_us < 0 ? -1 : quota_us);
	return ret < 0 ? ret : cgroup_file_write(dir, "cpu.cfs_quota_us", text, err);
}

/* ---- memory ---- */

static const char *const limit_files[] = {
	[CGROUP_HARD] = "memory.limit_in_bytes",
	[CGROUP_SOFT] = "memory.soft_limit_in_bytes",
	[CGROUP_MEMORY_AND_SWAP] = "memory.memsw.limit_in_bytes",
	[CGROUP_MIN] = "memory.min", /* of v2; never written */
};

static int check_limit(const struct cgroup *cgroup, enum cgroup_limit limit, struct err *err)
{
	if (limit == CGROUP_MIN)
		return err_set(err, ERR_UNSUPPORTED, -EOPNOTSUPP, NULL,
			       "cgroup v1 cannot protect memory (memory.min): boot the host with "
			       "systemd.unified_cgroup_hierarchy=1");
	if (!cgroup_file_exists(cgroup->dir[CGROUP_MEMORY], limit_files[limit]))
		return err_set(err, ERR_UNSUPPORTED, -EOPNOTSUPP, NULL,
			       "this kernel has no %s (boot it with swapaccount=1)",
			       limit_files[limit]);
	return 0;
}

static int limit_get(const struct cgroup *cgroup, enum cgroup_limit limit, uint64_t *ret_bytes,
		     struct err *err)
{
	uint64_t bytes;
	int ret = check_limit(cgroup, limit, err);

	if (ret == 0)
		ret = cgroup_file_read_u64(cgroup->dir[CGROUP_MEMORY], limit_files[limit], &bytes,
					   err);
	if (ret == 0)
		*ret_bytes = bytes >= V1_NO_LIMIT ? CGROUP_UNLIMITED : bytes;
	return ret;
}

/* The kernel refuses a hard limit above the one with swap, with no word on why. */
static int check_order(const struct cgroup *cgroup, enum cgroup_limit limit, uint64_t bytes,
		       struct err *err)
{
	uint64_t hard = bytes, both = bytes;
	int ret = 0;

	if (limit == CGROUP_HARD)
		ret = limit_get(cgroup, CGROUP_MEMORY_AND_SWAP, &both, NULL);
	else if (limit == CGROUP_MEMORY_AND_SWAP)
		ret = limit_get(cgroup, CGROUP_HARD, &hard, NULL);
	if (ret == 0 && hard > both)
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "memory hard_limit tunable value must be lower than or equal to "
			       "swap_hard_limit");
	return 0;
}

static int limit_set(struct cgroup *cgroup, enum cgroup_limit limit, uint64_t bytes,
		     struct err *err)
{
	const char *dir = cgroup->dir[CGROUP_MEMORY];
	int ret = check_limit(cgroup, limit, err);

	if (ret == 0)
		ret = check_order(cgroup, limit, bytes, err);
	if (ret < 0)
		return ret;
	if (bytes == CGROUP_UNLIMITED)
		return cgroup_file_write(dir, limit_files[limit], "-1", err);
	return cgroup_file_write_u64(dir, limit_files[limit], bytes, err);
}

/* ---- Processes and threads ---- */

static int id_write(const struct cgroup *cgroup, const char *group, const char *file, pid_t id,
		    struct err *err)
{
	char dir[CGROUP_PATH_MAX], text[16];
	int ret = 0;

	snprintf(text, sizeof(text), "%d", id);
	if (cgroup->has[CGROUP_CPUSET])
		ret = cgroup_file_write(cgroup_dir(cgroup, CGROUP_CPUSET, group, dir), file, text,
					err);
	if (ret == 0 && cgroup->has[CGROUP_CPU])
		ret = cgroup_file_write(cgroup_dir(cgroup, CGROUP_CPU, group, dir), file, text,
					err);
	return ret;
}

static int process_add(struct cgroup *cgroup, const char *group, pid_t pid, struct err *err)
{
	char text[16];
	int ret = id_write(cgroup, group, "cgroup.procs", pid, err);

	snprintf(text, sizeof(text), "%d", pid);
	if (ret == 0 && cgroup->has[CGROUP_MEMORY])
		ret = cgroup_file_write(cgroup->dir[CGROUP_MEMORY], "cgroup.procs", text, err);
	return ret;
}

static int thread_add(struct cgroup *cgroup, const char *group, pid_t tid, struct err *err)
{
	return id_write(cgroup, group, "tasks", tid, err);
}

static int clone_group(const char *from, const char *to, struct err *err)
{
	struct idset cpus = IDSET_EMPTY;
	int ret = cpuset_make(to, err);

	if (ret == 0)
		ret = cgroup_file_read_set(from, "cpuset.cpus", &cpus, err);
	return ret < 0 ? ret : cgroup_file_write_set(to, "cpuset.cpus", &cpus, err);
}

/* ---- The end ---- */

struct walk {
	const char *dir;
	void (*visit)(pid_t pid, void *context);
	int n;
};

static int walk_one(const char *name, void *context)
{
	struct walk *walk = context;
	char dir[CGROUP_PATH_MAX + 256];
	int n;

	snprintf(dir, sizeof(dir), "%s/%s", walk->dir, name);
	n = cgroup_ids_each(dir, "cgroup.procs", walk->visit, NULL);
	walk->n += n > 0 ? n : 0;
	return 0;
}

/* Every process in any of the hierarchies; how many (one that is in several counts as often). */
static int walk_processes(const struct cgroup *cgroup, void (*visit)(pid_t pid, void *context))
{
	int total = 0;

	for (size_t c = 0; c < CGROUP_CONTROLLERS; c++) {
		struct walk walk = { .dir = cgroup->dir[c], .visit = visit };

		if (!*walk.dir)
			continue;
		walk_one(".", &walk);
		cgroup_dir_each(walk.dir, walk_one, &walk);
		total += walk.n;
	}
	return total;
}

static void kill_one(pid_t pid, void *context)
{
	(void)context;
	kill(pid, SIGKILL);
}

static void kill_all(const struct cgroup *cgroup)
{
	walk_processes(cgroup, kill_one);
}

static bool is_populated(const struct cgroup *cgroup)
{
	return walk_processes(cgroup, count_id) > 0;
}

const struct cgroup_ops cgroup_v1_ops = {
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
	.threads_file = "tasks",
	.usage_file = "memory.usage_in_bytes",
	.shares_min = 2,
	.shares_max = 262144,
};
