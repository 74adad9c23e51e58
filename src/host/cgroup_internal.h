/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of cgroup.h share: struct cgroup, the two versions behind a table of functions, and
 * readers and writers of the kernel's files. Nobody else includes it but their tests.
 *
 * Threads: as cgroup.h.
 */
#ifndef TERRACE_HOST_CGROUP_INTERNAL_H
#define TERRACE_HOST_CGROUP_INTERNAL_H

#include "host/cgroup.h"

#define CGROUP_PREFIX	 "terrace-"
#define CGROUP_LEAF	 "supervisor" /* holds the processes that were in the way */
#define CGROUP_PATH_MAX	 1024
#define CGROUP_LIST_MAX	 20480 /* text of a set of CPUs, at worst "0,2,4,...,4094" */
#define CGROUP_RETRIES	 100   /* of what the kernel refuses while a thread comes or goes */
#define CGROUP_RETRY_MS	 10
#define CGROUP_MAX_LOOPS 1000 /* moving threads of a process that keeps making new ones */

enum cgroup_controller { CGROUP_CPUSET, CGROUP_CPU, CGROUP_MEMORY, CGROUP_CONTROLLERS };

struct cgroup {
	const struct cgroup_ops *ops;
	bool has[CGROUP_CONTROLLERS];
	/* The domain's directory; v2: three times the same. "" where there is no controller. */
	char dir[CGROUP_CONTROLLERS][CGROUP_PATH_MAX];
	char path[CGROUP_PATH_MAX]; /* that people are shown */
};

/* group is a valid name or NULL; what needs a controller is called only where it is there. */
struct cgroup_ops {
	/* The domain's group: dir[] is set, the groups above exist. */
	int (*make)(struct cgroup *cgroup, struct err *err);
	int (*group_make)(struct cgroup *cgroup, const char *group, struct err *err);
	int (*set_write)(struct cgroup *cgroup, const char *group, const char *file,
			 const struct idset *set, struct err *err);
	int (*mems_get)(const struct cgroup *cgroup, const char *group, struct idset *ret_nodes,
			struct err *err);
	int (*shares_set)(struct cgroup *cgroup, const char *group, uint64_t shares,
			  struct err *err);
	int (*quota_set)(struct cgroup *cgroup, const char *group, uint64_t period_us,
			 int64_t quota_us, struct err *err);
	int (*limit_set)(struct cgroup *cgroup, enum cgroup_limit limit, uint64_t bytes,
			 struct err *err);
	int (*limit_get)(const struct cgroup *cgroup, enum cgroup_limit limit, uint64_t *ret_bytes,
			 struct err *err);
	int (*process_add)(struct cgroup *cgroup, const char *group, pid_t pid, struct err *err);
	int (*thread_add)(struct cgroup *cgroup, const char *group, pid_t tid, struct err *err);
	/* A new group at to with everything that from has but its nodes. */
	int (*clone)(const char *from, const char *to, struct err *err);
	/* SIGKILL to all, once. */
	void (*kill)(const struct cgroup *cgroup);
	/* Is any process in it (zombies do not count)? */
	bool (*is_populated)(const struct cgroup *cgroup);
	const char *threads_file; /* cgroup.threads, tasks */
	const char *usage_file;
	uint64_t shares_min, shares_max;
};

extern const struct cgroup_ops cgroup_v1_ops, cgroup_v2_ops;

/* Directory of a group (NULL: the domain's) in the hierarchy of a controller. Returns buf. */
const char *cgroup_dir(const struct cgroup *cgroup, enum cgroup_controller controller,
		       const char *group, char buf[CGROUP_PATH_MAX]);

/*
 * v1: CPUs and nodes of parent for a cpuset that has none: new ones are empty, and no thread can
 * enter one that is.
 */
int cgroup_v1_cpuset_clone(const char *parent, const char *dir, struct err *err);

/* ---- Files (cgroup_file.c) ---- */

/* One write(2) to an existing file. -errno: "cannot write 'TEXT' to DIR/FILE: ...". */
int cgroup_file_write(const char *dir, const char *file, const char *text, struct err *err);
int cgroup_file_write_set(const char *dir, const char *file, const struct idset *set,
			  struct err *err);
int cgroup_file_write_u64(const char *dir, const char *file, uint64_t value, struct err *err);
/* The whole file without newlines at its end; its length. */
int cgroup_file_read(const char *dir, const char *file, char *buf, size_t buf_size,
		     struct err *err);
int cgroup_file_read_set(const char *dir, const char *file, struct idset *ret_set, struct err *err);
/* A number; "max" is CGROUP_UNLIMITED. */
int cgroup_file_read_u64(const char *dir, const char *file, uint64_t *ret_value, struct err *err);
bool cgroup_file_exists(const char *dir, const char *file);
/* Is word one of the blank-separated words of the file? */
bool cgroup_file_has_word(const char *dir, const char *file, const char *word);

/* Exists already: 0. */
int cgroup_dir_make(const char *dir, struct err *err);
/* Waits a second for threads on their way out. Absent: 0. -EBUSY when something stays. */
int cgroup_dir_remove(const char *dir, struct err *err);
/* Calls visit for each child directory until it returns non-zero, which it returns. */
int cgroup_dir_each(const char *dir, int (*visit)(const char *name, void *context), void *context);
/* The sub-groups, then the directory. */
int cgroup_tree_remove(const char *dir, struct err *err);
/* Calls visit for each number in DIR/FILE. Returns how many there were, or -errno. */
int cgroup_ids_each(const char *dir, const char *file, void (*visit)(pid_t id, void *context),
		    void *context);

/* ---- Finding (cgroup_find.c) ---- */

/* As cgroup_host_find(), for user uid. */
int cgroup_host_find_as(const char *root_dir, uid_t uid, bool create, struct cgroup_host *ret_host,
			struct err *err);
/* v2: directory of the calling process's group. -ENOENT. */
int cgroup_own_dir(const char *root_dir, char buf[CGROUP_PATH_MAX]);
/*
 * v2: enables what of cpuset, cpu and memory dir has for its children (memory only where they are
 * not threaded). Processes that are in the way
 * (only when dir is their whole own group) go to CGROUP_LEAF below it.
 */
void cgroup_v2_enable(const char *dir, bool with_memory);

/* ---- systemd (cgroup_systemd.c) ---- */

/* "machine-terrace\x2dNAME.scope". */
void cgroup_systemd_unit(const char *name, char *buf, size_t buf_size);
bool cgroup_systemd_has_busctl(void);
/*
 * A delegated scope in machine.slice with the calling process in it, which is moved to CGROUP_LEAF
 * below; so the scope lives as long as the caller. ret_dir: the scope's directory.
 */
int cgroup_systemd_scope_start(const char *name, char ret_dir[CGROUP_PATH_MAX], struct err *err);

#endif
