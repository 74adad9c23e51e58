/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The descriptor behind a backend: a memfd, a file, or an unlinked temporary file in a directory.
 *
 * Threads: any.
 */
#ifndef TERRACE_VMM_MEMORY_BACKEND_FD_H
#define TERRACE_VMM_MEMORY_BACKEND_FD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "spec/spec.h"

struct memory_fd {
	int fd;
	uint64_t page_bytes; /* of the file system: 4096, or the huge page's */
	bool created;	     /* the file at mem-path did not exist before */
};

/*
 * Opens what spec (type memfd or file) describes and makes it large enough. A new or empty file
 * grows to offset + size; one that has contents but is shorter is refused (-EINVAL), as QEMU does,
 * because it is likely the wrong file. On failure nothing is left behind.
 */
int memory_fd_open(const struct spec_backend *spec, struct memory_fd *ret_fd, struct err *err)
	__attribute__((warn_unused_result));

#endif
