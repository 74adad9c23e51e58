/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Control groups of domains: what v1 and v2 have in common. See cgroup.h.
 *
 * Everything is in the file system: a struct cgroup holds paths and no state, so a group that was
 * opened by another process is as good as one's own, and a crash leaves nothing but directories,
 * which cgroup_list() finds.
 *
 * Changing the nodes of threads that run (cgroup_mems_replace): groups cannot be renamed on v2, and the
 * name must stay. So the threads take two steps: into "NAME.next" with the new nodes, and, when NAME
 * was removed and made again with them, back. Neither step migrates pages, for none of the threads
 * is the leader. A crash in between leaves one group more below the domain's, which
 * cgroup_remove() removes with the rest.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/util.h"
#include "host/cgroup_internal.h"

#define HINT " ('terrace doctor' says how to mend it)"

void cgroup_free(struct cgroup *cgroup)
{
	free(cgroup);
}

const char *cgroup_path(const struct cgroup *cgroup)
{
	return cgroup->path;
}

const char *cgroup_dir(const struct cgroup *cgroup, enum cgroup_controller controller,
		       const char *group, char buf[CGROUP_PATH_MAX])
{
	snprintf(buf, CGROUP_PATH_MAX, "%s%s%s", cgroup->dir[controller], group ? "/" : "",
		 group ? group : "");
	return buf;
}

static int check_group(const char *group, struct err *err)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-_.";

	if (!group || (*group >= 'a' && *group <= 'z' && strlen(group) < 64 &&
		       !group[strspn(group, allowed)]))
		return 0;
	return err_set(err, ERR_USER, -EINVAL, NULL, "'%.80s' is not a name of a control group",
		       group);
}

static int check_name(const char *name, struct err *err)
{
	if (*name && !strpbrk(name, "/\n") && strlen(name) <= 200)
		return 0;
	return err_set(err, ERR_USER, -EINVAL, NULL,
		       "'%.80s' cannot be the name of a control group: 1 to 200 bytes without '/'",
		       name);
}

/* libvirt's texts. */
static int need(const struct cgroup *cgroup, enum cgroup_controller controller, struct err *err)
{
	static const char *const texts[CGROUP_CONTROLLERS] = {
		[CGROUP_CPUSET] = "cgroup cpuset controller is not mounted",
		[CGROUP_CPU] = "cgroup cpu is required for scheduler tuning",
		[CGROUP_MEMORY] = "Memory cgroup is not available on this host",
	};

	if (cgroup->has[controller])
		return 0;
	return err_set(err, ERR_UNSUPPORTED, -EOPNOTSUPP, NULL, "%s" HINT, texts[controller]);
}

/* ---- Making and opening ---- */

static void set_dirs(struct cgroup *cgroup, const struct cgroup_host *host, const char *above,
		     const char *name)
{
	const char *const bases[CGROUP_CONTROLLERS] = {
		host->version == 2 ? above : host->v1_cpuset,
		host->version == 2 ? above : host->v1_cpu,
		host->version == 2 ? above : host->v1_memory,
	};

	cgroup->ops = host->version == 2 ? &cgroup_v2_ops : &cgroup_v1_ops;
	for (size_t c = 0; c < CGROUP_CONTROLLERS; c++) {
		if (!*bases[c])
			continue;
		snprintf(cgroup->dir[c], CGROUP_PATH_MAX, "%.700s/" CGROUP_PREFIX "%.200s",
			 bases[c], name);
		if (!*cgroup->path)
			snprintf(cgroup->path, sizeof(cgroup->path), "%s", cgroup->dir[c]);
	}
}

static int cgroup_alloc(const struct cgroup_host *host, const char *above, const char *name,
			struct cgroup **ret_cgroup, struct err *err)
{
	struct cgroup *cgroup = calloc(1, sizeof(*cgroup));

	if (!cgroup) {
		err_set_errno(err, ERR_HOST, -ENOMEM, NULL, "control group of '%s'", name);
		return -ENOMEM;
	}
	set_dirs(cgroup, host, above, name);
	*ret_cgroup = cgroup;
	return 0;
}

/* What an earlier run left: its limits must not be found again, so it is made anew. */
static int remove_old(struct cgroup *cgroup, struct err *err)
{
	if (cgroup->ops->is_populated(cgroup))
		return err_set(err, ERR_BUSY, -EBUSY, NULL,
			       "the control group %s has processes: end them first", cgroup->path);
	return cgroup_remove(cgroup, err);
}

int cgroup_new(const struct cgroup_host *host, const char *name, struct cgroup **ret_cgroup,
	       struct err *err)
{
	AUTO(cgroup) cgroup = NULL;
	char scope[CGROUP_PATH_MAX];
	const char *above = host->base;
	int ret = check_name(name, err);

	if (ret < 0)
		return ret;
	if (!host->version || (host->version == 2 && !*host->base))
		return err_set(err, ERR_UNSUPPORTED, -EOPNOTSUPP, NULL,
			       "no control group can be made by this user" HINT);
	if (host->systemd) {
		ret = cgroup_systemd_scope_start(name, scope, err);
		above = scope;
	}
	if (ret == 0)
		ret = cgroup_alloc(host, above, name, &cgroup, err);
	if (ret == 0)
		ret = remove_old(cgroup, err);
	if (ret == 0)
		ret = cgroup->ops->make(cgroup, err);
	if (ret < 0)
		return ret;
	*ret_cgroup = TAKE_PTR(cgroup);
	return 0;
}

int cgroup_open(const struct cgroup_host *host, const char *name, struct cgroup **ret_cgroup,
		struct err *err)
{
	AUTO(cgroup) cgroup = NULL;
	char scope[CGROUP_PATH_MAX], unit[512];
	bool found = false;
	int ret = check_name(name, err);

	if (ret < 0)
		return ret;
	snprintf(scope, sizeof(scope), "%s", host->base);
	if (host->systemd) {
		cgroup_systemd_unit(name, unit, sizeof(unit));
		snprintf(scope, sizeof(scope), "%s/%s", host->base, unit);
	}
	ret = cgroup_alloc(host, scope, name, &cgroup, err);
	if (ret < 0)
		return ret;
	for (size_t c = 0; c < CGROUP_CONTROLLERS; c++) {
		static const char *const probes[2][CGROUP_CONTROLLERS] = {
			{ "cpuset.mems", "cpu.shares", "memory.limit_in_bytes" },
			{ "cpuset.mems", "cpu.weight", "memory.max" },
		};

		if (!*cgroup->dir[c])
			continue;
		found |= cgroup_file_exists(cgroup->dir[c], "cgroup.procs");
		cgroup->has[c] = cgroup_file_exists(cgroup->dir[c], probes[host->version == 2][c]);
	}
	if (found) {
		*ret_cgroup = TAKE_PTR(cgroup);
		return 0;
	}
	return err_set(err, ERR_NOT_FOUND, -ENOENT, NULL, "'%s' has no control group", name);
}

int cgroup_group_add(struct cgroup *cgroup, const char *group, struct err *err)
{
	int ret = check_group(group, err);

	if (ret < 0 || !group)
		return ret;
	return cgroup->ops->group_make(cgroup, group, err);
}

/* ---- Settings ---- */

/* The sub-group exists and the controller too. */
static int prepare(struct cgroup *cgroup, const char *group, enum cgroup_controller controller,
		   struct err *err)
{
	int ret = need(cgroup, controller, err);

	return ret < 0 ? ret : cgroup_group_add(cgroup, group, err);
}

int cgroup_cpus_set(struct cgroup *cgroup, const char *group, const struct idset *cpus,
		    struct err *err)
{
	int ret = prepare(cgroup, group, CGROUP_CPUSET, err);

	return ret < 0 ? ret : cgroup->ops->set_write(cgroup, group, "cpuset.cpus", cpus, err);
}

int cgroup_mems_set(struct cgroup *cgroup, const char *group, const struct idset *nodes,
		    struct err *err)
{
	int ret = prepare(cgroup, group, CGROUP_CPUSET, err);

	return ret < 0 ? ret : cgroup->ops->set_write(cgroup, group, "cpuset.mems", nodes, err);
}

int cgroup_mems_get(const struct cgroup *cgroup, const char *group, struct idset *ret_nodes,
		    struct err *err)
{
	int ret = check_group(group, err);

	if (ret == 0)
		ret = need(cgroup, CGROUP_CPUSET, err);
	return ret < 0 ? ret : cgroup->ops->mems_get(cgroup, group, ret_nodes, err);
}

int cgroup_shares_set(struct cgroup *cgroup, const char *group, uint64_t shares, struct err *err)
{
	const struct cgroup_ops *ops = cgroup->ops;
	int ret = prepare(cgroup, group, CGROUP_CPU, err);

	if (ret < 0)
		return ret;
	if (shares < ops->shares_min || shares > ops->shares_max)
		return err_set(err, ERR_USER, -ERANGE, NULL,
			       "Value of cputune 'shares' must be in range [%llu, %llu]",
			       (unsigned long long)ops->shares_min,
			       (unsigned long long)ops->shares_max);
	return ops->shares_set(cgroup, group, shares, err);
}

int cgroup_quota_set(struct cgroup *cgroup, const char *group, uint64_t period_us, int64_t quota_us,
		     struct err *err)
{
	int ret = prepare(cgroup, group, CGROUP_CPU, err);

	if (ret < 0)
		return ret;
	return cgroup->ops->quota_set(cgroup, group, period_us ? period_us : 100000, quota_us, err);
}

int cgroup_limit_set(struct cgroup *cgroup, enum cgroup_limit limit, uint64_t bytes,
		     struct err *err)
{
	int ret = need(cgroup, CGROUP_MEMORY, err);

	return ret < 0 ? ret : cgroup->ops->limit_set(cgroup, limit, bytes, err);
}

int cgroup_limit_get(const struct cgroup *cgroup, enum cgroup_limit limit, uint64_t *ret_bytes,
		     struct err *err)
{
	int ret = need(cgroup, CGROUP_MEMORY, err);

	return ret < 0 ? ret : cgroup->ops->limit_get(cgroup, limit, ret_bytes, err);
}

int cgroup_memory_used(const struct cgroup *cgroup, uint64_t *ret_bytes, struct err *err)
{
	int ret = need(cgroup, CGROUP_MEMORY, err);

	if (ret < 0)
		return ret;
	return cgroup_file_read_u64(cgroup->dir[CGROUP_MEMORY], cgroup->ops->usage_file, ret_bytes,
				    err);
}

/* ---- Processes and threads ---- */

int cgroup_process_add(struct cgroup *cgroup, const char *group, pid_t pid, struct err *err)
{
	int ret = cgroup_group_add(cgroup, group, err);

	return ret < 0 ? ret : cgroup->ops->process_add(cgroup, group, pid, err);
}

int cgroup_thread_add(struct cgroup *cgroup, const char *group, pid_t tid, struct err *err)
{
	int ret = cgroup_group_add(cgroup, group, err);

	return ret < 0 ? ret : cgroup->ops->thread_add(cgroup, group, tid, err);
}

struct move {
	const char *dir, *file;
	bool has_leader;
	int ret;
	struct err *err;
};

/* A process's leader is the thread that has its directory's number: Tgid equals Pid. */
static void look_for_leader(pid_t tid, void *context)
{
	struct move *move = context;
	char dir[32], text[4096], wanted[32];

	snprintf(dir, sizeof(dir), "/proc/%d", tid);
	snprintf(wanted, sizeof(wanted), "\nTgid:\t%d\n", tid);
	if (cgroup_file_read(dir, "status", text, sizeof(text), NULL) > 0 && strstr(text, wanted))
		move->has_leader = true;
}

static void move_thread(pid_t tid, void *context)
{
	struct move *move = context;
	char text[16];
	int ret;

	snprintf(text, sizeof(text), "%d", tid);
	ret = cgroup_file_write(move->dir, move->file, text, move->ret ? NULL : move->err);
	if (ret < 0 && ret != -ESRCH && !move->ret) /* one that has just ended is fine */
		move->ret = ret;
}

/* Until nothing comes after: a thread can make threads while it is being moved. */
static int move_threads(const struct cgroup *cgroup, const char *from, const char *to,
			struct err *err)
{
	struct move move = { .dir = to, .file = cgroup->ops->threads_file, .err = err };

	for (int i = 0; i < CGROUP_MAX_LOOPS; i++) {
		int n = cgroup_ids_each(from, move.file, move_thread, &move);

		if (n < 0)
			return err_set_errno(err, ERR_HOST, n, NULL, "cannot read %s/%s", from,
					     move.file);
		if (n == 0 || move.ret)
			return move.ret;
	}
	return err_set(err, ERR_BUSY, -EBUSY, NULL, "%s: new threads come faster than they move",
		       from);
}

/* Threads of FROM to a new group TO with other nodes; FROM is removed. */
static int replace_step(struct cgroup *cgroup, const char *from, const char *to,
			const struct idset *nodes, struct err *err)
{
	char from_dir[CGROUP_PATH_MAX], to_dir[CGROUP_PATH_MAX];
	int ret;

	cgroup_dir(cgroup, CGROUP_CPUSET, from, from_dir);
	cgroup_dir(cgroup, CGROUP_CPUSET, to, to_dir);
	ret = cgroup->ops->clone(from_dir, to_dir, err);
	if (ret == 0)
		ret = cgroup->ops->set_write(cgroup, to, "cpuset.mems", nodes, err);
	if (ret == 0)
		ret = move_threads(cgroup, from_dir, to_dir, err);
	if (ret < 0) {
		/* As it was before, as far as the kernel lets us; err says what went wrong. */
		(void)!move_threads(cgroup, to_dir, from_dir, NULL);
		(void)!cgroup_dir_remove(to_dir, NULL);
		return ret;
	}
	return cgroup_dir_remove(from_dir, err);
}

int cgroup_mems_replace(struct cgroup *cgroup, const char *group, const struct idset *nodes,
			struct err *err)
{
	char dir[CGROUP_PATH_MAX], next[80];
	struct move look = { 0 };
	int ret = group ? prepare(cgroup, group, CGROUP_CPUSET, err) : -EINVAL;

	if (!group)
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "the nodes of a whole domain cannot be replaced, only set");
	if (ret < 0)
		return ret;
	cgroup_dir(cgroup, CGROUP_CPUSET, group, dir);
	ret = cgroup_ids_each(dir, cgroup->ops->threads_file, look_for_leader, &look);
	if (ret < 0)
		return err_set_errno(err, ERR_HOST, ret, NULL, "cannot read %s/%s", dir,
				     cgroup->ops->threads_file);
	if (look.has_leader)
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "%s holds the leader of a process, which would take all its memory "
			       "along to other nodes: set the nodes instead of replacing them",
			       dir);
	snprintf(next, sizeof(next), "%s.next", group);
	ret = replace_step(cgroup, group, next, nodes, err);
	return ret < 0 ? ret : replace_step(cgroup, next, group, nodes, err);
}

/* ---- The end ---- */

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int cgroup_kill(struct cgroup *cgroup, int timeout_ms, struct err *err)
{
	const struct timespec delay = { .tv_nsec = 5 * 1000000L };
	int64_t end_ms = now_ms() + timeout_ms;

	while (cgroup->ops->is_populated(cgroup)) {
		cgroup->ops->kill(cgroup);
		if (!cgroup->ops->is_populated(cgroup))
			break;
		if (now_ms() >= end_ms)
			return err_set(err, ERR_BUSY, -ETIMEDOUT, NULL,
				       "processes in %s did not end within %d ms after SIGKILL",
				       cgroup->path, timeout_ms);
		nanosleep(&delay, NULL);
	}
	return 0;
}

int cgroup_remove(struct cgroup *cgroup, struct err *err)
{
	if (cgroup->ops->is_populated(cgroup))
		return err_set(err, ERR_BUSY, -EBUSY, NULL,
			       "cannot remove the control group %s: processes are in it",
			       cgroup->path);
	for (size_t c = 0; c < CGROUP_CONTROLLERS; c++) {
		int ret = *cgroup->dir[c] ? cgroup_tree_remove(cgroup->dir[c], err) : 0;

		if (ret < 0)
			return ret;
	}
	return 0;
}
