/* SPDX-License-Identifier: Apache-2.0 */
/* Which domains have groups: see cgroup.h. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "host/cgroup_internal.h"

struct names {
	char **names;
	size_t n;
};

static void names_free(struct names *names)
{
	for (size_t i = 0; i < names->n; i++)
		free(names->names[i]);
	free(names->names);
}

/* A domain can be in several hierarchies of v1. */
static int add_name(const char *dir_name, void *context)
{
	const char *name = dir_name + strlen(CGROUP_PREFIX);
	struct names *names = context;
	char **grown;

	if (strncmp(dir_name, CGROUP_PREFIX, strlen(CGROUP_PREFIX)) != 0)
		return 0;
	for (size_t i = 0; i < names->n; i++)
		if (!strcmp(names->names[i], name))
			return 0;
	grown = reallocarray(names->names, names->n + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	names->names = grown;
	names->names[names->n] = strdup(name);
	return names->names[names->n++] ? 0 : -ENOMEM;
}

struct scopes {
	const char *dir;
	struct names *names;
};

static int add_scope(const char *name, void *context)
{
	struct scopes *scopes = context;
	char dir[CGROUP_PATH_MAX + 256];
	int ret;

	if (strncmp(name, "machine-terrace", strlen("machine-terrace")) != 0)
		return 0;
	snprintf(dir, sizeof(dir), "%s/%s", scopes->dir, name);
	ret = cgroup_dir_each(dir, add_name, scopes->names);
	return ret == -ENOENT ? 0 : ret;
}

static int add_base(const struct cgroup_host *host, const char *dir, struct names *names)
{
	struct scopes scopes = { dir, names };
	int ret = 0;

	if (*dir)
		ret = host->systemd ? cgroup_dir_each(dir, add_scope, &scopes)
				    : cgroup_dir_each(dir, add_name, names);
	return ret == -ENOENT ? 0 : ret;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int cgroup_list(const struct cgroup_host *host, char ***ret_names, size_t *ret_n, struct err *err)
{
	const char *const bases[] = { host->base, host->v1_cpuset, host->v1_cpu, host->v1_memory };
	__attribute__((cleanup(names_free))) struct names names = { 0 };
	int ret;

	for (size_t i = 0; i < ARRAY_SIZE(bases); i++) {
		ret = add_base(host, bases[i], &names);
		if (ret < 0)
			return err_set_errno(err, ERR_HOST, ret, NULL, "cannot read %s", bases[i]);
	}
	if (names.n)
		qsort(names.names, names.n, sizeof(*names.names), compare);
	*ret_n = names.n;
	names.n = 0;
	*ret_names = TAKE_PTR(names.names);
	return 0;
}
