/* SPDX-License-Identifier: Apache-2.0 */
/* Files and directories of control groups: see cgroup_internal.h. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/size.h"
#include "host/cgroup_internal.h"

static int file_open(const char *dir, const char *file, int flags)
{
	char path[CGROUP_PATH_MAX + 64];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	fd = open(path, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static bool is_missing_right(int code)
{
	return code == -EACCES || code == -EPERM || code == -EROFS;
}

int cgroup_file_write(const char *dir, const char *file, const char *text, struct err *err)
{
	autoclose int fd = file_open(dir, file, O_WRONLY);
	/* A write of nothing never reaches the kernel's handler: clear with a newline. */
	const char *bytes = *text ? text : "\n";
	int ret = fd;

	if (ret >= 0 && write(fd, bytes, strlen(bytes)) < 0)
		ret = -errno;
	if (ret >= 0)
		return 0;
	return err_set_errno(err, ERR_HOST, ret, NULL, "cannot write '%.128s' to %s/%s%s", text,
			     dir, file,
			     is_missing_right(ret) ? " ('terrace doctor' says how to get a "
						     "delegated cgroup)"
						   : "");
}

int cgroup_file_write_set(const char *dir, const char *file, const struct idset *set,
			  struct err *err)
{
	char text[CGROUP_LIST_MAX];

	idset_format(set, text, sizeof(text));
	return cgroup_file_write(dir, file, text, err);
}

int cgroup_file_write_u64(const char *dir, const char *file, uint64_t value, struct err *err)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, value);
	return cgroup_file_write(dir, file, text, err);
}

int cgroup_file_read(const char *dir, const char *file, char *buf, size_t buf_size, struct err *err)
{
	autoclose int fd = file_open(dir, file, O_RDONLY);
	size_t used = 0;
	ssize_t got = 0;

	if (fd < 0)
		return err_set_errno(err, ERR_HOST, fd, NULL, "cannot open %s/%s", dir, file);
	while (used < buf_size && (got = read(fd, buf + used, buf_size - used)) > 0)
		used += (size_t)got;
	if (got < 0)
		return err_set_errno(err, ERR_HOST, -errno, NULL, "cannot read %s/%s", dir, file);
	if (used == buf_size)
		return err_set(err, ERR_HOST, -EFBIG, NULL, "%s/%s is larger than %zu bytes", dir,
			       file, buf_size - 1);
	while (used && buf[used - 1] == '\n')
		used--;
	buf[used] = '\0';
	return (int)used;
}

int cgroup_file_read_set(const char *dir, const char *file, struct idset *ret_set, struct err *err)
{
	char text[CGROUP_LIST_MAX];
	int ret = cgroup_file_read(dir, file, text, sizeof(text), err);

	if (ret < 0)
		return ret;
	ret = idset_parse(text, IDSET_MAX, ret_set, err);
	if (ret < 0)
		err_prefix(err, "%s/%s", dir, file);
	return ret;
}

int cgroup_file_read_u64(const char *dir, const char *file, uint64_t *ret_value, struct err *err)
{
	char text[64];
	int ret = cgroup_file_read(dir, file, text, sizeof(text), err);

	if (ret < 0)
		return ret;
	if (!strcmp(text, "max")) {
		*ret_value = CGROUP_UNLIMITED;
		return 0;
	}
	if (number_parse(text, ret_value) < 0)
		return err_set(err, ERR_HOST, -EINVAL, NULL, "%s/%s: '%s' is not a number", dir,
			       file, text);
	return 0;
}

bool cgroup_file_exists(const char *dir, const char *file)
{
	char path[CGROUP_PATH_MAX + 64];

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	return access(path, F_OK) == 0;
}

bool cgroup_file_has_word(const char *dir, const char *file, const char *word)
{
	char text[1024], *save = NULL;

	if (cgroup_file_read(dir, file, text, sizeof(text), NULL) < 0)
		return false;
	for (char *p = strtok_r(text, " \n", &save); p; p = strtok_r(NULL, " \n", &save))
		if (!strcmp(p, word))
			return true;
	return false;
}

int cgroup_dir_make(const char *dir, struct err *err)
{
	int ret = mkdir(dir, 0755) < 0 ? -errno : 0;

	if (ret == 0 || ret == -EEXIST)
		return 0;
	return err_set_errno(err, ERR_HOST, ret, NULL, "cannot make the control group %s%s", dir,
			     is_missing_right(ret) ? " ('terrace doctor' says how to get a "
						     "delegated cgroup)"
						   : "");
}

static void pause_ms(int delay_ms)
{
	struct timespec delay = { delay_ms / 1000, (delay_ms % 1000) * 1000000L };

	nanosleep(&delay, NULL);
}

int cgroup_dir_remove(const char *dir, struct err *err)
{
	int ret = 0;

	for (int try = 0; try < CGROUP_RETRIES; try++) {
		if (rmdir(dir) == 0 || errno == ENOENT)
			return 0;
		ret = -errno;
		if (ret != -EBUSY)
			break;
		pause_ms(CGROUP_RETRY_MS);
	}
	return err_set_errno(err, ret == -EBUSY ? ERR_BUSY : ERR_HOST, ret, NULL,
			     "cannot remove the control group %s", dir);
}

static void close_dir(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

int cgroup_dir_each(const char *dir, int (*visit)(const char *name, void *context), void *context)
{
	__attribute__((cleanup(close_dir))) DIR *stream = opendir(dir);
	struct dirent *entry;
	int ret = 0;

	if (!stream)
		return -errno;
	while (!ret && (entry = readdir(stream)))
		if (entry->d_type == DT_DIR && strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0)
			ret = visit(entry->d_name, context);
	return ret;
}

struct removal {
	const char *dir;
	struct err *err;
};

static int remove_child(const char *name, void *context)
{
	struct removal *removal = context;
	char path[CGROUP_PATH_MAX + 256];

	snprintf(path, sizeof(path), "%s/%s", removal->dir, name);
	return cgroup_dir_remove(path, removal->err);
}

int cgroup_tree_remove(const char *dir, struct err *err)
{
	struct removal removal = { dir, err };
	int ret = cgroup_dir_each(dir, remove_child, &removal);

	if (ret == -ENOENT)
		return 0;
	return ret < 0 ? ret : cgroup_dir_remove(dir, err);
}

int cgroup_ids_each(const char *dir, const char *file, void (*visit)(pid_t id, void *context),
		    void *context)
{
	int fd = file_open(dir, file, O_RDONLY);
	FILE *stream = fd < 0 ? NULL : fdopen(fd, "r");
	char line[32];
	int n = 0, ret;

	if (!stream) {
		ret = fd < 0 ? fd : -errno;
		if (fd >= 0)
			close(fd);
		return ret;
	}
	while (fgets(line, sizeof(line), stream)) {
		uint64_t id;

		line[strcspn(line, "\n")] = '\0';
		if (number_parse(line, &id) < 0 || !id || id > INT32_MAX)
			continue;
		visit((pid_t)id, context);
		n++;
	}
	ret = ferror(stream) ? -EIO : n;
	fclose(stream);
	return ret;
}
