/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cgroupctl: the functions of host/cgroup.h, one at a time, for test scripts.
 *
 * usage: cgroupctl find				what can be used, with the base made
 *        cgroupctl list				names of domains, one a line
 *        cgroupctl new|path|remove|used|kill DOMAIN
 *        cgroupctl group|mems-get DOMAIN GROUP
 *        cgroupctl mems|cpus|replace DOMAIN GROUP SET	(SET "" is empty)
 *        cgroupctl process|thread DOMAIN GROUP ID
 *        cgroupctl shares DOMAIN GROUP VALUE
 *        cgroupctl quota DOMAIN GROUP PERIOD QUOTA
 *        cgroupctl limit DOMAIN hard|soft|both|min [BYTES|none]	prints it without BYTES
 *
 *        cgroupctl as UID COMMAND...			runs COMMAND as that user
 *
 * GROUP "-" is the domain's. Exit status 1 with the error on standard error, 2 for wrong usage.
 */
#include <errno.h>
#include <grp.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/size.h"
#include "base/util.h"
#include "host/cgroup.h"

static const char *group_of(char **args)
{
	return strcmp(args[0], "-") ? args[0] : NULL;
}

static int do_path(struct cgroup *cgroup, char **args, struct err *err)
{
	(void)args;
	(void)err;
	puts(cgroup_path(cgroup));
	return 0;
}

static int do_remove(struct cgroup *cgroup, char **args, struct err *err)
{
	(void)args;
	return cgroup_remove(cgroup, err);
}

static int do_kill(struct cgroup *cgroup, char **args, struct err *err)
{
	(void)args;
	return cgroup_kill(cgroup, 5000, err);
}

static int do_used(struct cgroup *cgroup, char **args, struct err *err)
{
	uint64_t bytes;
	int ret = cgroup_memory_used(cgroup, &bytes, err);

	(void)args;
	if (ret == 0)
		printf("%" PRIu64 "\n", bytes);
	return ret;
}

static int do_group(struct cgroup *cgroup, char **args, struct err *err)
{
	return cgroup_group_add(cgroup, group_of(args), err);
}

static int do_mems_get(struct cgroup *cgroup, char **args, struct err *err)
{
	struct idset nodes;
	char text[4096];
	int ret = cgroup_mems_get(cgroup, group_of(args), &nodes, err);

	if (ret < 0)
		return ret;
	idset_format(&nodes, text, sizeof(text));
	puts(text);
	return 0;
}

static int with_set(struct cgroup *cgroup, char **args,
		    int (*func)(struct cgroup *cgroup, const char *group, const struct idset *set,
				struct err *err),
		    struct err *err)
{
	struct idset set;
	int ret = idset_parse(args[1], IDSET_MAX, &set, err);

	return ret < 0 ? ret : func(cgroup, group_of(args), &set, err);
}

static int do_mems(struct cgroup *cgroup, char **args, struct err *err)
{
	return with_set(cgroup, args, cgroup_mems_set, err);
}

static int do_cpus(struct cgroup *cgroup, char **args, struct err *err)
{
	return with_set(cgroup, args, cgroup_cpus_set, err);
}

static int do_replace(struct cgroup *cgroup, char **args, struct err *err)
{
	return with_set(cgroup, args, cgroup_mems_replace, err);
}

static int do_process(struct cgroup *cgroup, char **args, struct err *err)
{
	return cgroup_process_add(cgroup, group_of(args), (pid_t)strtol(args[1], NULL, 10), err);
}

static int do_thread(struct cgroup *cgroup, char **args, struct err *err)
{
	return cgroup_thread_add(cgroup, group_of(args), (pid_t)strtol(args[1], NULL, 10), err);
}

static int do_shares(struct cgroup *cgroup, char **args, struct err *err)
{
	return cgroup_shares_set(cgroup, group_of(args), strtoull(args[1], NULL, 10), err);
}

static int do_quota(struct cgroup *cgroup, char **args, struct err *err)
{
	return cgroup_quota_set(cgroup, group_of(args), strtoull(args[1], NULL, 10),
				strtoll(args[2], NULL, 10), err);
}

static int do_limit(struct cgroup *cgroup, char **args, struct err *err)
{
	static const char *const kinds[] = { "hard", "soft", "both", "min" };
	uint64_t bytes = CGROUP_UNLIMITED;
	size_t kind = 0;
	int ret;

	while (kind < ARRAY_SIZE(kinds) && strcmp(kinds[kind], args[0]) != 0)
		kind++;
	if (kind == ARRAY_SIZE(kinds))
		return err_set(err, ERR_USER, -EINVAL, NULL, "no limit '%s'", args[0]);
	if (args[1] && strcmp(args[1], "none") != 0 && size_parse(args[1], 1, &bytes) < 0)
		return err_set(err, ERR_USER, -EINVAL, NULL, "no size '%s'", args[1]);
	if (args[1])
		return cgroup_limit_set(cgroup, (enum cgroup_limit)kind, bytes, err);
	ret = cgroup_limit_get(cgroup, (enum cgroup_limit)kind, &bytes, err);
	if (ret == 0 && bytes == CGROUP_UNLIMITED)
		puts("none");
	else if (ret == 0)
		printf("%" PRIu64 "\n", bytes);
	return ret;
}

static const struct command {
	const char *name;
	int min_args, max_args; /* after the domain */
	int (*run)(struct cgroup *cgroup, char **args, struct err *err);
} commands[] = {
	{ "new", 0, 0, do_path },	   { "path", 0, 0, do_path },
	{ "remove", 0, 0, do_remove },	   { "kill", 0, 0, do_kill },
	{ "used", 0, 0, do_used },	   { "group", 1, 1, do_group },
	{ "mems-get", 1, 1, do_mems_get }, { "mems", 2, 2, do_mems },
	{ "cpus", 2, 2, do_cpus },	   { "replace", 2, 2, do_replace },
	{ "process", 2, 2, do_process },   { "thread", 2, 2, do_thread },
	{ "shares", 2, 2, do_shares },	   { "quota", 3, 3, do_quota },
	{ "limit", 1, 2, do_limit },
};

static int find(const struct cgroup_host *host)
{
	printf("version %d%s%s%s%s\n", host->version, host->cpuset ? " cpuset" : "",
	       host->cpu ? " cpu" : "", host->memory ? " memory" : "",
	       host->systemd ? " systemd" : "");
	if (host->version == 2)
		printf("base %s\n", host->base);
	else
		printf("cpuset %s\ncpu %s\nmemory %s\n", host->v1_cpuset, host->v1_cpu,
		       host->v1_memory);
	return 0;
}

static int list(const struct cgroup_host *host, struct err *err)
{
	char **names;
	size_t n;
	int ret = cgroup_list(host, &names, &n, err);

	if (ret < 0)
		return ret;
	for (size_t i = 0; i < n; i++) {
		puts(names[i]);
		free(names[i]);
	}
	free(names);
	return 0;
}

static int run(const struct command *command, const struct cgroup_host *host, char **args,
	       struct err *err)
{
	AUTO(cgroup) cgroup = NULL;
	int ret = !strcmp(command->name, "new") ? cgroup_new(host, args[0], &cgroup, err)
						: cgroup_open(host, args[0], &cgroup, err);

	return ret < 0 ? ret : command->run(cgroup, args + 1, err);
}

static int usage(void)
{
	fprintf(stderr, "usage: cgroupctl COMMAND [DOMAIN [ARGUMENT...]]\n");
	return 2;
}

static int run_as(char **args)
{
	unsigned int id = (unsigned int)strtoul(args[0], NULL, 10);

	if (setgroups(0, NULL) == 0 && setresgid(id, id, id) == 0 && setresuid(id, id, id) == 0)
		execvp(args[1], args + 1);
	perror(args[1]);
	return 1;
}

int main(int argc, char **argv)
{
	struct cgroup_host host;
	struct err err = ERR_INIT;
	char text[1024];
	int ret;

	if (argc < 2)
		return usage();
	if (argc >= 4 && !strcmp(argv[1], "as"))
		return run_as(argv + 2);
	ret = cgroup_host_find("", true, &host, &err);
	if (ret == 0 && !strcmp(argv[1], "find") && argc == 2) {
		ret = find(&host);
	} else if (ret == 0 && !strcmp(argv[1], "list") && argc == 2) {
		ret = list(&host, &err);
	} else if (ret == 0) {
		const struct command *command = commands;

		while (command < commands + ARRAY_SIZE(commands) &&
		       strcmp(command->name, argv[1]) != 0)
			command++;
		if (command == commands + ARRAY_SIZE(commands) || argc - 3 < command->min_args ||
		    argc - 3 > command->max_args)
			return usage();
		ret = run(command, &host, argv + 2, &err);
	}
	if (ret < 0)
		fprintf(stderr, "cgroupctl: %s\n", err_text(&err, text, sizeof(text)));
	return ret < 0;
}
