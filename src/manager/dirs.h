/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the manager keeps things (manager.h has the table), and files written all or nothing.
 *
 * Threads: any; a struct manager is read-only after manager_new().
 */
#ifndef TERRACE_MANAGER_DIRS_H
#define TERRACE_MANAGER_DIRS_H

#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"
#include "manager/manager.h"

/* Longest path of a unix socket (unix(7)), which bounds names. */
#define DIRS_SOCKET_PATH_MAX 107u
#define DIRS_FILE_MAX_BYTES  (2u << 20)

struct manager {
	char *config_dir, *runtime_dir, *log_dir, *memory_dir;
};

/* "DIR/NAME" + "SUFFIX"; free() it. NULL: no memory. */
char *dirs_path(const char *dir, const char *name, const char *suffix);

/* mkdir -p, mode 0700 for what is made. */
int dirs_make(const char *path, struct err *err) __attribute__((warn_unused_result));

/* Can a domain have this name? It becomes a file name and part of a socket's path. */
int dirs_check_name(const struct manager *manager, const char *name, struct err *err)
	__attribute__((warn_unused_result));

/* The whole file, terminated; free() it. Returns its length, or -ENOENT, ..., -EFBIG. */
ssize_t dirs_file_read(const char *path, char **ret_text, struct err *err)
	__attribute__((warn_unused_result));

/*
 * Replaces DIR/FILE by text (mode 0600): whoever reads sees the old or the new one. durable: also
 * after a power failure.
 */
int dirs_file_write(const char *dir, const char *file, const char *text, bool durable,
		    struct err *err) __attribute__((warn_unused_result));

/*
 * Gives the domain a UUID if it has none, and refuses a name or UUID that another domain has, with
 * libvirt's texts. The caller holds runtime_lock_all().
 */
int manager_check_identity(struct manager *manager, struct domain_spec *domain, struct err *err)
	__attribute__((warn_unused_result));

/* Removes everything below path, and path. What is not there is fine. */
int dirs_remove_tree(const char *path, struct err *err) __attribute__((warn_unused_result));

#endif
