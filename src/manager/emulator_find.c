/* SPDX-License-Identifier: Apache-2.0 */
/* Which program a domain asks for: see emulator.h. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/strbuf.h"
#include "manager/emulator.h"

#define EMULATOR_ELEMENT "/domain/devices/emulator"

static bool is_program(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISREG(status.st_mode) && access(path, X_OK) == 0;
}

/* The program of that name beside this one, or NULL. */
static char *beside(const char *name)
{
	char self[PATH_MAX], *path;
	ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	if (length < 0)
		return NULL;
	self[length] = '\0';
	slash = strrchr(self, '/');
	if (!slash || asprintf(&path, "%.*s/%s", (int)(slash - self), self, name) < 0)
		return NULL;
	if (is_program(path))
		return path;
	free(path);
	return NULL;
}

static char *in_path(const char *name)
{
	const char *folders = getenv("PATH");
	char *path;

	for (const char *p = folders ? folders : ""; *p;) {
		size_t length = strcspn(p, ":");

		/* Relative and empty entries depend on the working directory. */
		if (*p == '/' && asprintf(&path, "%.*s/%s", (int)length, p, name) >= 0) {
			if (is_program(path))
				return path;
			free(path);
		}
		p += length + (p[length] == ':');
	}
	return NULL;
}

static int found(char *path, char **ret_path)
{
	*ret_path = path;
	return 0;
}

/* What is written in <emulator>: a path, or a name that is looked for in PATH. */
static int find_named(const char *name, char **ret_path, struct err *err)
{
	char *path;

	if (strchr(name, '/') && name[0] != '/')
		return err_set(err, ERR_USER, -EINVAL, EMULATOR_ELEMENT,
			       "'%s' depends on the working directory: write a whole path", name);
	path = name[0] == '/' ? strdup(name) : in_path(name);
	if (!path)
		return err_set(err, ERR_USER, -ENOENT, EMULATOR_ELEMENT,
			       "Cannot check QEMU binary %s: it is not in PATH; write a whole path",
			       name);
	return found(path, ret_path);
}

int emulator_find(const struct domain_spec *domain, char **ret_path, struct err *err)
{
	static const char *const qemus[] = { "/usr/bin/qemu-system-x86_64", "/usr/bin/qemu-kvm",
					     "/usr/libexec/qemu-kvm", NULL };
	char *path;

	if (domain->devices.emulator)
		return find_named(domain->devices.emulator, ret_path, err);
	if (domain->type != DOMAIN_TYPE_QEMU) {
		path = beside("terrace-vmm");
		if (!path)
			path = in_path("terrace-vmm");
		if (path)
			return found(path, ret_path);
		return err_set(err, ERR_HOST, -ENOENT, EMULATOR_ELEMENT,
			       "there is no terrace-vmm beside this program or in PATH; install "
			       "it, or name an emulator in <emulator>");
	}
	path = in_path("qemu-system-x86_64");
	for (size_t i = 0; !path && qemus[i]; i++)
		if (is_program(qemus[i]))
			path = strdup(qemus[i]);
	if (path)
		return found(path, ret_path);
	return err_set(err, ERR_HOST, -ENOENT, EMULATOR_ELEMENT,
		       "there is no qemu-system-x86_64 in PATH, nor qemu-kvm in /usr/bin or "
		       "/usr/libexec; install QEMU, or name an emulator in <emulator>");
}
