/* SPDX-License-Identifier: Apache-2.0 */
/* Readers for the kernel's small text files: see sysfs.h. */
#include "host/sysfs.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/util.h"

int host_root_open(struct err *err)
{
	int fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return err_set_errno(err, ERR_HOST, -errno, NULL, "cannot open /");
	return fd;
}

int host_sysfs_read(int root_fd, const char *path, char *buf, size_t buf_size, struct err *err)
{
	autoclose int fd = openat(root_fd, path, O_RDONLY | O_CLOEXEC);
	size_t used = 0;

	if (fd < 0)
		return err_set_errno(err, ERR_HOST, -errno, NULL, "cannot open /%s", path);
	while (used < buf_size) {
		ssize_t got = read(fd, buf + used, buf_size - used);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_set_errno(err, ERR_HOST, -errno, NULL, "cannot read /%s", path);
		if (!got)
			break;
		used += (size_t)got;
	}
	if (used == buf_size)
		return err_set(err, ERR_HOST, -EFBIG, NULL, "/%s is larger than %zu bytes", path,
			       buf_size - 1);
	while (used && buf[used - 1] == '\n')
		used--;
	buf[used] = '\0';
	return (int)used;
}

int host_sysfs_read_idset(int root_fd, const char *path, unsigned int limit, struct idset *ret_set,
			  struct err *err)
{
	char text[4096];
	int ret = host_sysfs_read(root_fd, path, text, sizeof(text), err);

	if (ret < 0)
		return ret;
	ret = idset_parse(text, limit, ret_set, err);
	if (ret < 0)
		err_prefix(err, "/%s", path);
	return ret;
}

/* Decimal digits at *pos; moves *pos behind them. */
static int read_decimal(const char **pos, uint64_t *ret_value)
{
	const char *p = *pos;
	uint64_t value = 0;

	if (*p < '0' || *p > '9')
		return -EINVAL;
	for (; *p >= '0' && *p <= '9'; p++)
		if (!checked_mul(value, 10, &value) ||
		    !checked_add(value, (uint64_t)(*p - '0'), &value))
			return -EINVAL;
	*pos = p;
	*ret_value = value;
	return 0;
}

int host_sysfs_read_number(int root_fd, const char *path, uint64_t *ret_value, struct err *err)
{
	char text[64];
	const char *p = text;
	uint64_t value;
	int ret = host_sysfs_read(root_fd, path, text, sizeof(text), err);

	if (ret < 0)
		return ret;
	if (read_decimal(&p, &value) < 0 || *p)
		return err_set(err, ERR_HOST, -EINVAL, NULL, "/%s: '%s' is not a number", path,
			       text);
	*ret_value = value;
	return 0;
}

int host_meminfo_find(const char *text, const char *key, uint64_t *ret_bytes)
{
	size_t key_len = strlen(key);

	for (const char *p = text; (p = strstr(p, key)); p += key_len) {
		uint64_t kib, bytes;

		if ((p != text && p[-1] != '\n' && p[-1] != ' ') || p[key_len] != ':')
			continue;
		p += key_len + 1;
		while (*p == ' ')
			p++;
		if (read_decimal(&p, &kib) < 0 || !checked_mul(kib, KIB, &bytes))
			return -EINVAL;
		*ret_bytes = bytes;
		return 0;
	}
	return -ENOENT;
}
