/* SPDX-License-Identifier: Apache-2.0 */
/* What the checks of health.h share. Threads: as there. */
#ifndef TERRACE_HOST_HEALTH_INTERNAL_H
#define TERRACE_HOST_HEALTH_INTERNAL_H

#include "host/cgroup.h"
#include "host/facts.h"
#include "host/health.h"
#include "host/tiering.h"

struct health_context {
	const char *root_dir;
	int root_fd;
	const struct host_health_caller *caller;
	char release[96];
	struct host_tiering tiering;
	struct cgroup_host cgroups;
	struct host_facts *facts; /* NULL: cannot be read */
	bool has_systemd;
};

struct health_check {
	const char *name;
	/* Fills the point's text, and level and remedy where they are not "ok" and "". */
	void (*run)(const struct health_context *context, struct host_health_point *point);
};

void health_ok(struct host_health_point *point, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void health_warning(struct host_health_point *point, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void health_problem(struct host_health_point *point, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void health_remedy(struct host_health_point *point, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* The file's text, "" when it is absent or cannot be read. Returns buf. */
const char *health_file(const struct health_context *context, const char *path, char *buf,
			size_t buf_size);

/* health_memory.c; ends with name NULL. */
extern const struct health_check health_memory_checks[];

#endif
