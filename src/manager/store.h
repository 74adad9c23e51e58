/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Definitions: one file NAME.xml for each persistent domain.
 *
 * Threads: any; writers hold runtime_lock_all().
 */
#ifndef TERRACE_MANAGER_STORE_H
#define TERRACE_MANAGER_STORE_H

#include <stdbool.h>

#include "base/err.h"
#include "manager/dirs.h"

struct store_names {
	char **names; /* sorted */
	size_t n;
};
void store_names_fini(struct store_names *names);
#define AUTO_STORE_NAMES(name) \
	__attribute__((cleanup(store_names_fini))) struct store_names name = { 0 }

/* A directory that is not there has no definitions. */
int store_list(const struct manager *manager, struct store_names *ret_names, struct err *err)
	__attribute__((warn_unused_result));

bool store_has(const struct manager *manager, const char *name);

/* The XML; free() it. -ENOENT. */
int store_read(const struct manager *manager, const char *name, char **ret_xml, struct err *err)
	__attribute__((warn_unused_result));

/* Its UUID, "" when the file has none that can be read. */
void store_uuid(const struct manager *manager, const char *name, char uuid[37]);

/* Mode 0600, durable. */
int store_write(const struct manager *manager, const char *name, const char *xml, struct err *err)
	__attribute__((warn_unused_result));
int store_remove(const struct manager *manager, const char *name, struct err *err)
	__attribute__((warn_unused_result));

#endif
