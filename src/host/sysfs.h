/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Small readers for the kernel's text files, below a root directory of the caller's.
 *
 * root_fd is a descriptor of "/" (host_root_open()) or of a made tree with the same layout; paths
 * are relative to it ("sys/devices/system/node/online"). Nothing is cached.
 *
 * Threads: any; no shared state.
 */
#ifndef TERRACE_HOST_SYSFS_H
#define TERRACE_HOST_SYSFS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/idset.h"

/* A descriptor of "/", for the functions below. The caller closes it. Negative errno on failure. */
int host_root_open(struct err *err);

/*
 * Reads a whole small file into buf as a string without the newlines at its end. Returns its
 * length. -EFBIG when it does not fit; otherwise the errno of open or read (-ENOENT: absent).
 */
int host_sysfs_read(int root_fd, const char *path, char *buf, size_t buf_size, struct err *err);

/* A file in list format ("0-3,8"); ids below limit. -EINVAL when it is none. */
int host_sysfs_read_idset(int root_fd, const char *path, unsigned int limit, struct idset *ret_set,
			  struct err *err);

/* A file that holds one decimal number. -EINVAL when it does not. */
int host_sysfs_read_number(int root_fd, const char *path, uint64_t *ret_value, struct err *err);

/*
 * The number in front of " kB" in the line of text that has "key:" as a word ("Node 0 MemFree:
 * 12 kB"), in bytes. -ENOENT when there is no such line, -EINVAL when it has no number.
 */
int host_meminfo_find(const char *text, const char *key, uint64_t *ret_bytes);

#endif
