/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A kernel or initrd file, kept open for the machine's life so that a guest reset can load it again.
 *
 * Files are read with pread, never mapped: a file that shrinks under us is an error, not a SIGBUS.
 * Threads: immutable after opening.
 */
#ifndef TERRACE_VMM_BOOT_BOOT_FILE_H
#define TERRACE_VMM_BOOT_BOOT_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/err.h"

struct boot_file {
	int fd;
	uint64_t size_bytes;
	char *path;
};

/*
 * Opens a regular file for reading. The errno of open(), -EISDIR, or -EINVAL when it is something
 * else; the message names the path: "could not open kernel file 'x': No such file or directory".
 * what is "kernel file" or "initrd file".
 */
int boot_file_open(const char *path, const char *what, struct boot_file **ret_file,
		   struct err *err);
void boot_file_free(struct boot_file *file);
CLEANUP_DEFINE(boot_file, boot_file_free)

/* Exactly size_bytes from offset. -EIO when the file has become shorter. */
int boot_file_read(const struct boot_file *file, uint64_t offset, void *to, size_t size_bytes);

#endif
