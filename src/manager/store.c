/* SPDX-License-Identifier: Apache-2.0 */
/* Definitions on disk: see store.h. */
#include "manager/store.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "domain/domain.h"
#include "spec/build.h"

#define SUFFIX ".xml"

void store_names_fini(struct store_names *names)
{
	for (size_t i = 0; i < names->n; i++)
		free(names->names[i]);
	free(names->names);
	*names = (struct store_names){ 0 };
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int add_name(struct store_names *names, const char *file)
{
	size_t length = strlen(file);
	char **more;

	if (file[0] == '.' || length <= strlen(SUFFIX) ||
	    strcmp(file + length - strlen(SUFFIX), SUFFIX) != 0)
		return 0;
	more = realloc(names->names, (names->n + 1) * sizeof(*more));
	if (!more)
		return -ENOMEM;
	names->names = more;
	more[names->n] = strndup(file, length - strlen(SUFFIX));
	if (!more[names->n])
		return -ENOMEM;
	names->n++;
	return 0;
}

int store_list(const struct manager *manager, struct store_names *ret_names, struct err *err)
{
	AUTO_STORE_NAMES(names);
	DIR *dir = opendir(manager->config_dir);
	int ret = 0;

	if (!dir && errno != ENOENT)
		return err_set_errno(err, ERR_HOST, -errno, NULL, "%s", manager->config_dir);
	for (struct dirent *entry; dir && !ret && (entry = readdir(dir));)
		ret = add_name(&names, entry->d_name);
	if (dir)
		closedir(dir);
	if (ret < 0)
		return err_set_errno(err, ERR_HOST, ret, NULL, "%s", manager->config_dir);
	if (names.n)
		qsort(names.names, names.n, sizeof(*names.names), by_name);
	*ret_names = names;
	names = (struct store_names){ 0 };
	return 0;
}

bool store_has(const struct manager *manager, const char *name)
{
	autofree char *path = dirs_path(manager->config_dir, name, SUFFIX);

	return path && access(path, F_OK) == 0;
}

int store_read(const struct manager *manager, const char *name, char **ret_xml, struct err *err)
{
	autofree char *path = dirs_path(manager->config_dir, name, SUFFIX);
	ssize_t length;

	if (!path)
		return err_set_errno(err, ERR_HOST, -ENOMEM, NULL, "%s", name);
	length = dirs_file_read(path, ret_xml, err);
	return length < 0 ? (int)length : 0;
}

/* Our own printer's line, so that a list of hundreds need not read them all as XML. */
static bool find_printed(const char *xml, char uuid[37])
{
	static const char tag[] = "\n  <uuid>";
	const char *at = strstr(xml, tag);

	if (!at || strlen(at) < strlen(tag) + 36 || at[strlen(tag) + 36] != '<')
		return false;
	snprintf(uuid, 37, "%s", at + strlen(tag));
	return spec_uuid_is_wellformed(uuid);
}

void store_uuid(const struct manager *manager, const char *name, char uuid[37])
{
	AUTO(domain_spec) domain = NULL;
	autofree char *xml = NULL;

	uuid[0] = '\0';
	if (store_read(manager, name, &xml, NULL) < 0 || find_printed(xml, uuid))
		return;
	uuid[0] = '\0';
	/* Written by hand. */
	if (domain_read(xml, strlen(xml), name, DOMAIN_READ_LAX, &domain, NULL) == 0 &&
	    domain->uuid)
		snprintf(uuid, 37, "%s", domain->uuid);
}

int store_write(const struct manager *manager, const char *name, const char *xml, struct err *err)
{
	autofree char *file = NULL;
	int ret = dirs_make(manager->config_dir, err);

	if (ret < 0)
		return ret;
	if (asprintf(&file, "%s" SUFFIX, name) < 0)
		return err_set_errno(err, ERR_HOST, -ENOMEM, NULL, "%s", name);
	return dirs_file_write(manager->config_dir, file, xml, true, err);
}

int store_remove(const struct manager *manager, const char *name, struct err *err)
{
	autofree char *path = dirs_path(manager->config_dir, name, SUFFIX);

	if (!path || unlink(path) < 0)
		return err_set_errno(err, ERR_HOST, path ? -errno : -ENOMEM, NULL,
				     "cannot remove the definition of domain '%s'", name);
	return 0;
}
