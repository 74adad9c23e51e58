/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where control groups can be made.
 *
 * /proc/self/mountinfo says where the hierarchies are mounted, /proc/self/cgroup in which groups the
 * caller is. v2 counts when its root has one of our controllers: on a "hybrid" host the v2 mount has
 * none, and v1 is used.
 *
 * v2, by user:
 *
 *	root, systemd with busctl	ROOT/machine.slice; each domain in a delegated scope of its own
 *	root otherwise			ROOT/terrace
 *	user with a systemd instance	the same below user@UID.service
 *	user otherwise			the own group, if it was delegated (cgroup.procs and
 *					cgroup.subtree_control may be written)
 *
 * The last one meets the rule that a group with processes cannot give memory to its children: all
 * processes of the own group are moved into its leaf "supervisor". A later caller is in that
 * leaf then, so an own group of that name stands for the one above it. The root of a container (a
 * control group name space) is treated alike.
 *
 * v1: ROOT/terrace of each hierarchy, or the own groups where they may be written.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "host/cgroup_internal.h"

static const char *const controller_names[CGROUP_CONTROLLERS] = { "cpuset", "cpu", "memory" };

struct mount_point {
	char point[512]; /* with root_dir in front; "" when not mounted */
	char root[512];	 /* which directory of the hierarchy is seen there */
};

struct mounts {
	struct mount_point v2, v1[CGROUP_CONTROLLERS];
};

/* Blanks in paths are written as \040 (proc(5)). */
static void decode_octal(char *text)
{
	char *out = text;

	for (const char *p = text; *p; p++) {
		if (p[0] == '\\' && p[1] >= '0' && p[1] <= '3' && p[2] && p[3]) {
			*out++ = (char)((p[1] - '0') * 64 + (p[2] - '0') * 8 + (p[3] - '0'));
			p += 3;
		} else {
			*out++ = *p;
		}
	}
	*out = '\0';
}

static bool has_item(const char *list, const char *item)
{
	size_t length = strlen(item);

	for (const char *p = list; p; p = strchr(p, ',') ? strchr(p, ',') + 1 : NULL)
		if (!strncmp(p, item, length) && (p[length] == ',' || !p[length]))
			return true;
	return false;
}

static void mount_set(struct mount_point *mount, const char *root_dir, char *root, char *point)
{
	if (*mount->point)
		return; /* the first one counts; bind mounts come later */
	decode_octal(root);
	decode_octal(point);
	snprintf(mount->root, sizeof(mount->root), "%s", root);
	snprintf(mount->point, sizeof(mount->point), "%s%s", root_dir, point);
}

/* "36 35 0:30 ROOT POINT rw,nosuid shared:1 - cgroup2 SOURCE rw,nsdelegate" */
static void mounts_add_line(struct mounts *mounts, const char *root_dir, char *line)
{
	char *fields[5] = { 0 }, *save = NULL, *type, *options;
	char *rest = strstr(line, " - ");
	size_t n = 0;

	if (!rest)
		return;
	*rest = '\0';
	rest += 3;
	for (char *p = strtok_r(line, " ", &save); p && n < ARRAY_SIZE(fields);
	     p = strtok_r(NULL, " ", &save))
		fields[n++] = p;
	type = strtok_r(rest, " \n", &save);
	strtok_r(NULL, " \n", &save);
	options = strtok_r(NULL, " \n", &save);
	if (n < ARRAY_SIZE(fields) || !type)
		return;
	if (!strcmp(type, "cgroup2"))
		mount_set(&mounts->v2, root_dir, fields[3], fields[4]);
	if (strcmp(type, "cgroup") != 0 || !options)
		return;
	for (size_t c = 0; c < CGROUP_CONTROLLERS; c++)
		if (has_item(options, controller_names[c]))
			mount_set(&mounts->v1[c], root_dir, fields[3], fields[4]);
}

static int proc_open(const char *root_dir, const char *file, FILE **ret_stream, struct err *err)
{
	char path[CGROUP_PATH_MAX];

	snprintf(path, sizeof(path), "%s/proc/self/%s", root_dir, file);
	*ret_stream = fopen(path, "re");
	if (*ret_stream)
		return 0;
	return err_set(err, ERR_HOST, -EIO, NULL, "cannot read %s: %s", path, strerror(errno));
}

static int mounts_read(const char *root_dir, struct mounts *ret_mounts, struct err *err)
{
	autofree char *line = NULL;
	size_t line_size = 0;
	FILE *stream;
	int ret = proc_open(root_dir, "mountinfo", &stream, err);

	if (ret < 0)
		return ret;
	*ret_mounts = (struct mounts){ 0 };
	while (getline(&line, &line_size, stream) >= 0)
		mounts_add_line(ret_mounts, root_dir, line);
	fclose(stream);
	return 0;
}

/*
 * The directory of the caller's group: of v2 with controller NULL, else of that v1 hierarchy. A group
 * that the mount does not show (it is outside of the name space) is -ENOENT.
 */
static int own_dir(const char *root_dir, const struct mount_point *mount, const char *controller,
		   char buf[CGROUP_PATH_MAX])
{
	autofree char *line = NULL;
	size_t line_size = 0, root_length = strlen(mount->root);
	FILE *stream;
	int ret = proc_open(root_dir, "cgroup", &stream, NULL);

	if (ret < 0)
		return ret;
	ret = -ENOENT;
	while (ret && getline(&line, &line_size, stream) >= 0) {
		char *names = strchr(line, ':');
		char *path = names ? strchr(names + 1, ':') : NULL;

		if (!path)
			continue;
		*path++ = '\0';
		path[strcspn(path, "\n")] = '\0';
		names++;
		if (controller ? !has_item(names, controller) : *names != '\0')
			continue;
		if (root_length > 1) {
			if (strncmp(path, mount->root, root_length) != 0)
				break;
			path += root_length;
		}
		if (!strncmp(path, "/..", 3))
			break;
		snprintf(buf, CGROUP_PATH_MAX, "%s%s", mount->point, strcmp(path, "/") ? path : "");
		ret = 0;
	}
	fclose(stream);
	return ret;
}

int cgroup_own_dir(const char *root_dir, char buf[CGROUP_PATH_MAX])
{
	struct mounts mounts;
	int ret = mounts_read(root_dir, &mounts, NULL);

	if (ret < 0)
		return ret;
	return *mounts.v2.point ? own_dir(root_dir, &mounts.v2, NULL, buf) : -ENOENT;
}

static bool may_write(const char *dir, const char *file)
{
	char path[CGROUP_PATH_MAX + 64];

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	return faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) == 0;
}

static bool is_delegated(const char *dir)
{
	return may_write(dir, ".") && may_write(dir, "cgroup.procs") &&
	       may_write(dir, "cgroup.subtree_control");
}

/* ---- v2 ---- */

static void move_process(pid_t pid, void *context)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", pid);
	/* One that ended, or is not ours: then what follows fails and is told. */
	(void)cgroup_file_write(context, "cgroup.procs", text, NULL);
}

/* Moves every process of dir into a leaf below. */
static void make_room(const char *dir)
{
	char leaf[CGROUP_PATH_MAX];

	snprintf(leaf, sizeof(leaf), "%s/" CGROUP_LEAF, dir);
	if (cgroup_dir_make(leaf, NULL) == 0)
		for (int i = 0; i < 10; i++)
			if (cgroup_ids_each(dir, "cgroup.procs", move_process, leaf) <= 0)
				break;
}

/*
 * The processes go first: with them inside, cpuset and cpu could be enabled, but that would make
 * a threaded domain of dir itself, whose children cannot be domains.
 */
void cgroup_v2_enable(const char *dir, bool with_memory)
{
	char procs[16];

	/* The real root has no type, and may have processes beside children. */
	if (cgroup_file_exists(dir, "cgroup.type") &&
	    cgroup_file_read(dir, "cgroup.procs", procs, sizeof(procs), NULL) != 0)
		make_room(dir);
	for (size_t c = 0; c < CGROUP_CONTROLLERS; c++) {
		char text[16];

		snprintf(text, sizeof(text), "+%s", controller_names[c]);
		if (c != CGROUP_MEMORY || with_memory)
			(void)!cgroup_file_write(dir, "cgroup.subtree_control", text, NULL);
	}
}

static void controllers_read(struct cgroup_host *host, const char *dir, const char *file)
{
	host->cpuset = cgroup_file_has_word(dir, file, "cpuset");
	host->cpu = cgroup_file_has_word(dir, file, "cpu");
	host->memory = cgroup_file_has_word(dir, file, "memory");
}

static bool has_any(const struct cgroup_host *host)
{
	return host->cpuset || host->cpu || host->memory;
}

static bool dir_exists(const char *dir)
{
	return access(dir, F_OK) == 0;
}

/* The group above which systemd gives us scopes: the root, or the user's own systemd. */
static bool find_systemd(const char *root_dir, uid_t uid, const char *point, char *buf,
			 size_t buf_size)
{
	char run[CGROUP_PATH_MAX];

	snprintf(run, sizeof(run), "%s/run/systemd/system", root_dir);
	if (!dir_exists(run) || !cgroup_systemd_has_busctl())
		return false;
	snprintf(buf, buf_size, "%s", point);
	if (uid == 0)
		return true;
	snprintf(run, sizeof(run), "%s/run/user/%u/systemd", root_dir, (unsigned int)uid);
	snprintf(buf, buf_size, "%s/user.slice/user-%u.slice/user@%u.service", point,
		 (unsigned int)uid, (unsigned int)uid);
	return dir_exists(run) && is_delegated(buf);
}

/* The group of the caller that was delegated to it; "" when none was. */
static void find_delegated(const char *own, char *buf, size_t buf_size)
{
	const char *leaf = strrchr(own, '/');

	snprintf(buf, buf_size, "%s", own);
	if (leaf && !strcmp(leaf + 1, CGROUP_LEAF)) {
		buf[leaf - own] = '\0';
		if (is_delegated(buf))
			return;
		snprintf(buf, buf_size, "%s", own);
	}
	if (!is_delegated(buf))
		buf[0] = '\0';
}

/*
 * The group whose children our groups are, and base in it. Where root is in a name space of its own,
 * the processes in that root are in the way; only the real root may have both.
 */
static int use_base(struct cgroup_host *host, const char *above, const char *name, bool create,
		    struct err *err)
{
	int ret;

	snprintf(host->base, sizeof(host->base), "%.*s%s", (int)sizeof(host->base) - 16, above,
		 name);
	if (!create) {
		controllers_read(host, dir_exists(host->base) ? host->base : above,
				 "cgroup.controllers");
		return 0;
	}
	if (*name)
		cgroup_v2_enable(above, true);
	ret = cgroup_dir_make(host->base, err);
	if (ret < 0)
		return ret;
	cgroup_v2_enable(host->base, true);
	controllers_read(host, host->base, "cgroup.subtree_control");
	return 0;
}

static int find_v2(const char *root_dir, uid_t uid, bool create, const struct mounts *mounts,
		   struct cgroup_host *host, struct err *err)
{
	const char *point = mounts->v2.point;
	char own[CGROUP_PATH_MAX], above[CGROUP_PATH_MAX];

	if (find_systemd(root_dir, uid, point, above, sizeof(above))) {
		host->systemd = true;
		snprintf(host->base, sizeof(host->base), "%.*s/machine.slice",
			 (int)sizeof(host->base) - 16, above);
		controllers_read(host, above, "cgroup.controllers");
		return 0;
	}
	if (uid == 0) {
		if (!is_delegated(point))
			return 0; /* a container that sees, but may not write */
		return use_base(host, point, "/terrace", create, err);
	}
	if (own_dir(root_dir, &mounts->v2, NULL, own) < 0)
		return 0;
	find_delegated(own, above, sizeof(above));
	return *above ? use_base(host, above, "", create, err) : 0;
}

/* ---- v1 ---- */

static int find_v1_controller(const char *root_dir, uid_t uid, bool create,
			      enum cgroup_controller c, const struct mounts *mounts, char *base,
			      size_t base_size, struct err *err)
{
	const struct mount_point *mount = &mounts->v1[c];
	char own[CGROUP_PATH_MAX];
	int ret;

	if (!*mount->point)
		return 0;
	if (uid != 0) {
		if (own_dir(root_dir, mount, controller_names[c], own) == 0 &&
		    may_write(own, ".") && may_write(own, "cgroup.procs"))
			snprintf(base, base_size, "%.*s", (int)base_size - 1, own);
		return 0;
	}
	if (!may_write(mount->point, "."))
		return 0;
	snprintf(base, base_size, "%.*s/terrace", (int)base_size - 16, mount->point);
	if (!create)
		return 0;
	ret = cgroup_dir_make(base, err);
	if (ret == 0 && c == CGROUP_CPUSET)
		ret = cgroup_v1_cpuset_clone(mount->point, base, err);
	return ret;
}

static int find_v1(const char *root_dir, uid_t uid, bool create, const struct mounts *mounts,
		   struct cgroup_host *host, struct err *err)
{
	int ret = find_v1_controller(root_dir, uid, create, CGROUP_CPUSET, mounts, host->v1_cpuset,
				     sizeof(host->v1_cpuset), err);

	if (ret == 0)
		ret = find_v1_controller(root_dir, uid, create, CGROUP_CPU, mounts, host->v1_cpu,
					 sizeof(host->v1_cpu), err);
	if (ret == 0)
		ret = find_v1_controller(root_dir, uid, create, CGROUP_MEMORY, mounts,
					 host->v1_memory, sizeof(host->v1_memory), err);
	host->cpuset = *host->v1_cpuset;
	host->cpu = *host->v1_cpu;
	host->memory = *host->v1_memory;
	return ret;
}

int cgroup_host_find_as(const char *root_dir, uid_t uid, bool create, struct cgroup_host *ret_host,
			struct err *err)
{
	struct cgroup_host host = { 0 }, root = { 0 };
	struct mounts mounts;
	int ret = mounts_read(root_dir, &mounts, err);

	if (ret < 0)
		return ret;
	if (*mounts.v2.point)
		controllers_read(&root, mounts.v2.point, "cgroup.controllers");
	if (has_any(&root)) {
		host.version = 2;
		ret = find_v2(root_dir, uid, create, &mounts, &host, err);
	} else if (*mounts.v1[CGROUP_CPUSET].point || *mounts.v1[CGROUP_CPU].point ||
		   *mounts.v1[CGROUP_MEMORY].point) {
		host.version = 1;
		ret = find_v1(root_dir, uid, create, &mounts, &host, err);
	} else if (*mounts.v2.point) {
		host.version = 2;
	}
	if (ret == 0)
		*ret_host = host;
	return ret;
}

int cgroup_host_find(const char *root_dir, bool create, struct cgroup_host *ret_host,
		     struct err *err)
{
	return cgroup_host_find_as(root_dir, geteuid(), create, ret_host, err);
}
