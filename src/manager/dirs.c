/* SPDX-License-Identifier: Apache-2.0 */
/* The manager's directories and files: see dirs.h. */
#include "manager/dirs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME_MAX_BYTES 200u
/* The longest name of a socket below a domain's runtime directory. */
#define LONGEST_SOCKET "/serial00.sock"

char *dirs_path(const char *dir, const char *name, const char *suffix)
{
	char *path = NULL;

	return asprintf(&path, "%s/%s%s", dir, name, suffix) < 0 ? NULL : path;
}

int dirs_make(const char *path, struct err *err)
{
	autofree char *copy = strdup(path);

	if (!copy)
		return err_set_errno(err, ERR_HOST, -ENOMEM, NULL, "%s", path);
	for (char *at = copy + 1;; at++) {
		char end = *at;

		if (end && end != '/')
			continue;
		*at = '\0';
		if (mkdir(copy, 0700) < 0 && errno != EEXIST)
			return err_set_errno(err, ERR_HOST, -errno, NULL,
					     "cannot make directory %s", copy);
		if (!end)
			return 0;
		*at = end;
	}
}

int dirs_check_name(const struct manager *manager, const char *name, struct err *err)
{
	size_t length = strlen(name);

	if (!length)
		return err_set(err, ERR_USER, -EINVAL, NULL, "XML error: domain name is empty");
	if (strchr(name, '/'))
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "XML error: name %s cannot contain '/'", name);
	if (name[0] == '.')
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "domain name '%s' cannot begin with '.'", name);
	for (const char *at = name; *at; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			return err_set(err, ERR_USER, -EINVAL, NULL,
				       "domain name contains a control character");
	if (length > NAME_MAX_BYTES ||
	    strlen(manager->runtime_dir) + 1 + length + strlen(LONGEST_SOCKET) >
		    DIRS_SOCKET_PATH_MAX)
		return err_set(err, ERR_USER, -ENAMETOOLONG, NULL,
			       "domain name '%.40s...' is too long: sockets below %s have room for "
			       "%zd bytes",
			       name, manager->runtime_dir,
			       (ssize_t)DIRS_SOCKET_PATH_MAX - 1 -
				       (ssize_t)strlen(manager->runtime_dir) -
				       (ssize_t)strlen(LONGEST_SOCKET));
	return 0;
}

ssize_t dirs_file_read(const char *path, char **ret_text, struct err *err)
{
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);
	autofree char *text = NULL;
	size_t length = 0;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return err_set_errno(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_HOST, -errno, NULL,
				     "%s", path);
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_HOST, -EINVAL, NULL, "%s is not a file", path);
	if (st.st_size > (off_t)DIRS_FILE_MAX_BYTES)
		return err_set_errno(err, ERR_HOST, -EFBIG, NULL, "%s", path);
	text = malloc((size_t)st.st_size + 1);
	if (!text)
		return err_set_errno(err, ERR_HOST, -ENOMEM, NULL, "%s", path);
	while (length < (size_t)st.st_size) {
		ssize_t n = read(fd, text + length, (size_t)st.st_size - length);

		if (n < 0)
			return err_set_errno(err, ERR_HOST, -errno, NULL, "%s", path);
		if (!n)
			break;
		length += (size_t)n;
	}
	text[length] = '\0';
	*ret_text = TAKE_PTR(text);
	return (ssize_t)length;
}

static int write_all(int fd, const char *text)
{
	size_t left = strlen(text);

	while (left) {
		ssize_t n = write(fd, text, left);

		if (n < 0)
			return -errno;
		text += n;
		left -= (size_t)n;
	}
	return 0;
}

static int sync_directory(const char *dir)
{
	autoclose int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 || fsync(fd) < 0 ? -errno : 0;
}

int dirs_file_write(const char *dir, const char *file, const char *text, bool durable,
		    struct err *err)
{
	autofree char *path = dirs_path(dir, file, ""), *temporary = NULL;
	autoclose int fd = -1;
	int ret;

	/* Hidden, so that no listing takes it for a definition. */
	if (!path || asprintf(&temporary, "%s/.%s.XXXXXX", dir, file) < 0)
		return err_set_errno(err, ERR_HOST, -ENOMEM, NULL, "%s", file);
	fd = mkostemp(temporary, O_CLOEXEC); /* mode 0600 */
	if (fd < 0)
		return err_set_errno(err, ERR_HOST, -errno, NULL, "cannot write %s", path);
	ret = write_all(fd, text);
	if (!ret && durable && fsync(fd) < 0)
		ret = -errno;
	if (!ret && rename(temporary, path) < 0)
		ret = -errno;
	if (!ret && durable)
		ret = sync_directory(dir);
	if (ret < 0) {
		unlink(temporary);
		return err_set_errno(err, ERR_HOST, ret, NULL, "cannot write %s", path);
	}
	return 0;
}

static int remove_below(int dir_fd, const char *name)
{
	int fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir;
	int ret = 0;

	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		return -ENOMEM;
	}
	for (struct dirent *entry; (entry = readdir(dir));) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		if (unlinkat(fd, entry->d_name, 0) == 0 || errno == ENOENT)
			continue;
		ret = errno == EISDIR || errno == EPERM ? remove_below(fd, entry->d_name) : -errno;
		if (ret < 0)
			break;
	}
	if (!ret && unlinkat(dir_fd, name, AT_REMOVEDIR) < 0 && errno != ENOENT)
		ret = -errno;
	closedir(dir);
	return ret;
}

int dirs_remove_tree(const char *path, struct err *err)
{
	int ret = remove_below(AT_FDCWD, path);

	return ret < 0 ? err_set_errno(err, ERR_HOST, ret, NULL, "cannot remove %s", path) : 0;
}

/* ---- struct manager -------------------------------------------------------------------------- */

/* What an override, root and others have for one directory. */
struct place {
	const char *override, *root;
	const char *xdg, *xdg_default; /* the default is below $HOME */
	const char *below;
};

static int find_place(const struct place *place, char **ret_path, struct err *err)
{
	const char *override = getenv(place->override), *base, *home = getenv("HOME");
	char *path = NULL;
	int ret;

	if (override && *override)
		ret = asprintf(&path, "%s", override);
	else if (geteuid() == 0)
		ret = asprintf(&path, "%s", place->root);
	else if ((base = getenv(place->xdg)) && *base)
		ret = asprintf(&path, "%s/%s", base, place->below);
	else if (place->xdg_default && home && *home)
		ret = asprintf(&path, "%s/%s/%s", home, place->xdg_default, place->below);
	else
		return err_set(err, ERR_HOST, -ENOENT, NULL,
			       "no place for files of domains: set %s or %s", place->xdg,
			       place->override);
	if (ret < 0)
		return err_set_errno(err, ERR_HOST, -ENOMEM, NULL, "directories");
	if (path[0] != '/') {
		free(path);
		return err_set(err, ERR_USER, -EINVAL, place->override,
			       "'%s' is not an absolute path", override);
	}
	*ret_path = path;
	return 0;
}

static const struct place config_place = {
	"TERRACE_CONFIG_DIR", "/etc/terrace/domains", "XDG_CONFIG_HOME", ".config",
	"terrace/domains",
};
static const struct place runtime_place = {
	"TERRACE_RUNTIME_DIR", "/run/terrace", "XDG_RUNTIME_DIR", NULL, "terrace",
};
static const struct place log_place = {
	"TERRACE_LOG_DIR", "/var/log/terrace", "XDG_STATE_HOME", ".local/state", "terrace",
};
static const struct place memory_place = {
	"TERRACE_MEMORY_DIR", "/var/lib/terrace/ram", "XDG_STATE_HOME",
	".local/state",	      "terrace/ram",
};

int manager_new(struct manager **ret_manager, struct err *err)
{
	AUTO(manager) manager = calloc(1, sizeof(*manager));
	int ret;

	if (!manager)
		return err_set_errno(err, ERR_HOST, -ENOMEM, NULL, "manager");
	ret = find_place(&config_place, &manager->config_dir, err);
	if (ret == 0)
		ret = find_place(&runtime_place, &manager->runtime_dir, err);
	if (ret == 0)
		ret = find_place(&log_place, &manager->log_dir, err);
	if (ret == 0)
		ret = find_place(&memory_place, &manager->memory_dir, err);
	if (ret < 0)
		return ret;
	*ret_manager = TAKE_PTR(manager);
	return 0;
}

void manager_free(struct manager *manager)
{
	if (!manager)
		return;
	free(manager->config_dir);
	free(manager->runtime_dir);
	free(manager->log_dir);
	free(manager->memory_dir);
	free(manager);
}

const char *manager_runtime_path(struct manager *manager, const char *name, const char *file,
				 char *buf, size_t buf_size)
{
	snprintf(buf, buf_size, "%s/%s/%s", manager->runtime_dir, name, file);
	return buf;
}
