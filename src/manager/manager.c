/* SPDX-License-Identifier: Apache-2.0 */
/* Definitions and running domains as one list: see manager.h. */
#include "manager/manager.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/nearest.h"
#include "base/size.h"
#include "base/util.h"
#include "domain/domain.h"
#include "manager/dirs.h"
#include "manager/runtime.h"
#include "manager/store.h"

const char *manager_state_name(enum manager_state state)
{
	static const char *const names[] = {
		[MANAGER_NOSTATE] = "no state",	    [MANAGER_RUNNING] = "running",
		[MANAGER_BLOCKED] = "idle",	    [MANAGER_PAUSED] = "paused",
		[MANAGER_SHUTDOWN] = "in shutdown", [MANAGER_SHUTOFF] = "shut off",
		[MANAGER_CRASHED] = "crashed",
	};

	return names[state];
}

void manager_domain_fini(struct manager_domain *domain)
{
	free(domain->name);
	*domain = (struct manager_domain){ 0 };
}

void manager_list_fini(struct manager_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		manager_domain_fini(&list->domains[i]);
	free(list->domains);
	*list = (struct manager_list){ 0 };
}

/* ---- list ------------------------------------------------------------------------------------ */

static struct manager_domain *append(struct manager_list *list)
{
	struct manager_domain *more = realloc(list->domains,
					      (list->n + 1) * sizeof(*list->domains));

	if (!more)
		return NULL;
	list->domains = more;
	more[list->n] = (struct manager_domain){ .id = -1 };
	return &more[list->n++];
}

static int append_running(struct manager *manager, struct manager_list *list, const char *name,
			  struct err *err)
{
	AUTO_RUNTIME_STATE(state);
	struct manager_domain *domain;
	int ret = runtime_dir_look(manager, name, &state, err);

	if (ret < 0)
		return ret == -ESRCH ? 0 : ret;
	domain = append(list);
	if (!domain)
		return err_set_errno(err, ERR_HOST, -ENOMEM, NULL, "list of domains");
	domain->name = TAKE_PTR(state.name);
	domain->id = state.id;
	domain->state = state.state;
	domain->persistent = store_has(manager, name);
	domain->supervisor_pid = state.supervisor.pid;
	domain->vmm_pid = state.vmm.pid;
	memcpy(domain->uuid, state.uuid, sizeof(domain->uuid));
	memcpy(domain->reason, state.reason, sizeof(domain->reason));
	return 0;
}

static int list_running(struct manager *manager, struct manager_list *list, struct err *err)
{
	DIR *dir = opendir(manager->runtime_dir);
	int ret = 0;

	if (!dir)
		return errno == ENOENT ? 0
				       : err_set_errno(err, ERR_HOST, -errno, NULL, "%s",
						       manager->runtime_dir);
	for (struct dirent *entry; !ret && (entry = readdir(dir));)
		if (entry->d_name[0] != '.' &&
		    (entry->d_type == DT_DIR || entry->d_type == DT_UNKNOWN))
			ret = append_running(manager, list, entry->d_name, err);
	closedir(dir);
	return ret;
}

static bool list_has(const struct manager_list *list, const char *name)
{
	for (size_t i = 0; i < list->n; i++)
		if (!strcmp(list->domains[i].name, name))
			return true;
	return false;
}

static int append_defined(struct manager *manager, struct manager_list *list, const char *name,
			  struct err *err)
{
	struct manager_domain *domain = append(list);

	if (domain)
		domain->name = strdup(name);
	if (!domain || !domain->name)
		return err_set_errno(err, ERR_HOST, -ENOMEM, NULL, "list of domains");
	domain->persistent = true;
	store_uuid(manager, name, domain->uuid);
	runtime_ended_read(manager, name, &domain->state, domain->reason, sizeof(domain->reason));
	return 0;
}

static int by_id_then_name(const void *a, const void *b)
{
	const struct manager_domain *left = a, *right = b;

	if (left->id >= 0 && right->id >= 0)
		return left->id < right->id ? -1 : left->id > right->id;
	if (left->id >= 0 || right->id >= 0)
		return left->id >= 0 ? -1 : 1;
	return strcmp(left->name, right->name);
}

int manager_list(struct manager *manager, struct manager_list *ret_list, struct err *err)
{
	AUTO_MANAGER_LIST(list);
	AUTO_STORE_NAMES(names);
	size_t n_running;
	int ret = list_running(manager, &list, err);

	if (ret == 0)
		ret = store_list(manager, &names, err);
	n_running = list.n;
	for (size_t i = 0; ret == 0 && i < names.n; i++) {
		struct manager_list running = { list.domains, n_running };

		if (!list_has(&running, names.names[i]))
			ret = append_defined(manager, &list, names.names[i], err);
	}
	if (ret < 0)
		return ret;
	if (list.n)
		qsort(list.domains, list.n, sizeof(*list.domains), by_id_then_name);
	*ret_list = list;
	list = (struct manager_list){ 0 };
	return 0;
}

/* ---- find ------------------------------------------------------------------------------------ */

static struct manager_domain *find_in(struct manager_list *list, const char *what)
{
	uint64_t id;

	if (number_parse(what, &id) == 0)
		for (size_t i = 0; i < list->n; i++)
			if (list->domains[i].id >= 0 && (uint64_t)list->domains[i].id == id)
				return &list->domains[i];
	for (size_t i = 0; i < list->n; i++)
		if (!strcmp(list->domains[i].name, what))
			return &list->domains[i];
	for (size_t i = 0; i < list->n; i++)
		if (*list->domains[i].uuid && !strcasecmp(list->domains[i].uuid, what))
			return &list->domains[i];
	return NULL;
}

static int not_found(const struct manager_list *list, const char *what, struct err *err)
{
	const char *best = NULL;

	for (size_t i = 0; i < list->n; i++)
		nearest_offer(what, list->domains[i].name, &best);
	return err_set(err, ERR_NOT_FOUND, -ENOENT, NULL,
		       "failed to get domain '%s': Domain not found: no domain with matching name "
		       "'%s'%s%s%s",
		       what, what, best ? "; did you mean '" : "", best ? best : "",
		       best ? "'?" : "");
}

int manager_find(struct manager *manager, const char *what, struct manager_domain *ret_domain,
		 struct err *err)
{
	AUTO_MANAGER_LIST(list);
	struct manager_domain *found;
	int ret = manager_list(manager, &list, err);

	if (ret < 0)
		return ret;
	found = find_in(&list, what);
	if (!found)
		return not_found(&list, what, err);
	*ret_domain = *found;
	found->name = NULL;
	return 0;
}

int manager_xml(struct manager *manager, const struct manager_domain *domain, bool inactive,
		char **ret_xml, struct err *err)
{
	autofree char *path = NULL;
	ssize_t length;

	if (domain->id < 0 || (inactive && domain->persistent))
		return store_read(manager, domain->name, ret_xml, err);
	if (asprintf(&path, "%s/%s/domain.xml", manager->runtime_dir, domain->name) < 0) {
		path = NULL;
		return err_set_errno(err, ERR_HOST, -ENOMEM, NULL, "%s", domain->name);
	}
	length = dirs_file_read(path, ret_xml, err);
	return length < 0 ? (int)length : 0;
}

/* ---- define ---------------------------------------------------------------------------------- */

static int make_uuid(struct domain_spec *domain, struct err *err)
{
	unsigned char b[16];

	if (domain->uuid)
		return 0;
	if (getrandom(b, sizeof(b), 0) != sizeof(b))
		return err_set_errno(err, ERR_HOST, -EIO, NULL, "cannot make a UUID");
	b[6] = (b[6] & 0x0f) | 0x40; /* RFC 9562: version 4 */
	b[8] = (b[8] & 0x3f) | 0x80; /* variant */
	if (asprintf(&domain->uuid,
		     "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0],
		     b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12],
		     b[13], b[14], b[15]) < 0) {
		domain->uuid = NULL;
		return err_set_errno(err, ERR_HOST, -ENOMEM, NULL, "UUID");
	}
	return 0;
}

int manager_check_identity(struct manager *manager, struct domain_spec *domain, struct err *err)
{
	AUTO_MANAGER_LIST(list);
	int ret = dirs_check_name(manager, domain->name ? domain->name : "", err);

	if (ret == 0)
		ret = make_uuid(domain, err);
	if (ret == 0)
		ret = manager_list(manager, &list, err);
	for (size_t i = 0; ret == 0 && i < list.n; i++) {
		const struct manager_domain *other = &list.domains[i];
		bool same_name = !strcmp(other->name, domain->name),
		     same_uuid = !strcmp(other->uuid, domain->uuid);

		if (same_name && !same_uuid && *other->uuid)
			ret = err_set(err, ERR_USER, -EEXIST, NULL,
				      "operation failed: domain '%s' already exists with uuid %s",
				      other->name, other->uuid);
		else if (same_uuid && !same_name)
			ret = err_set(err, ERR_USER, -EEXIST, NULL,
				      "operation failed: domain '%s' is already defined with uuid "
				      "%s",
				      other->name, other->uuid);
	}
	return ret;
}

int manager_define(struct manager *manager, struct domain_spec *domain,
		   struct manager_domain *ret_domain, struct err *err)
{
	autoclose int lock = runtime_lock_all(manager, err);
	autofree char *xml = NULL;
	int ret;

	if (lock < 0)
		return lock;
	ret = manager_check_identity(manager, domain, err);
	if (ret == 0)
		ret = domain_print(domain, &xml, err);
	if (ret == 0)
		ret = store_write(manager, domain->name, xml, err);
	if (ret < 0 || !ret_domain)
		return ret;
	return manager_find(manager, domain->uuid, ret_domain, err);
}

int manager_undefine(struct manager *manager, const struct manager_domain *domain, struct err *err)
{
	autoclose int lock = runtime_lock_all(manager, err);

	if (lock < 0)
		return lock;
	if (!domain->persistent)
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "Requested operation is not valid: cannot undefine transient "
			       "domain");
	runtime_ended_forget(manager, domain->name);
	return store_remove(manager, domain->name, err);
}
