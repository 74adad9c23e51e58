/* SPDX-License-Identifier: Apache-2.0 */
/* Files to boot from: see boot_file.h. */
#include "vmm/boot/boot_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

static int check_regular(int fd, uint64_t *ret_size_bytes)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	*ret_size_bytes = (uint64_t)st.st_size;
	return 0;
}

int boot_file_open(const char *path, const char *what, struct boot_file **ret_file, struct err *err)
{
	AUTO(boot_file) file = calloc(1, sizeof(*file));
	int r;

	if (!file)
		return err_set(err, ERR_HOST, -ENOMEM, NULL, "out of memory");
	/* O_NONBLOCK: opening a FIFO by mistake must not hang; regular files ignore it. */
	file->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (file->fd < 0)
		return err_set_errno(err, ERR_USER, -errno, NULL, "could not open %s '%s'", what,
				     path);
	r = check_regular(file->fd, &file->size_bytes);
	if (r == -EINVAL)
		return err_set(err, ERR_USER, r, NULL, "%s '%s' is not a regular file", what, path);
	if (r < 0)
		return err_set_errno(err, ERR_USER, r, NULL, "could not open %s '%s'", what, path);
	file->path = strdup(path);
	if (!file->path)
		return err_set(err, ERR_HOST, -ENOMEM, NULL, "out of memory");
	*ret_file = TAKE_PTR(file);
	return 0;
}

void boot_file_free(struct boot_file *file)
{
	if (!file)
		return;
	cleanup_close(&file->fd);
	free(file->path);
	free(file);
}

int boot_file_read(const struct boot_file *file, uint64_t offset, void *to, size_t size_bytes)
{
	uint8_t *at = to;

	while (size_bytes > 0) {
		ssize_t n = pread(file->fd, at, size_bytes, (off_t)offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		at += n;
		offset += (uint64_t)n;
		size_bytes -= (size_t)n;
	}
	return 0;
}
