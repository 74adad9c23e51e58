/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_manager.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "domain/domain.h"
#include "manager/manager.h"

struct manager {
	int unused;
};

static struct {
	struct {
		struct manager_domain domain;
		char *xml; /* NULL: no definition */
	} domains[8];
	size_t n;
	char *info, *failure, command[512];
	int start_flags;
} fake;

void fake_reset(void)
{
	for (size_t i = 0; i < fake.n; i++) {
		free(fake.domains[i].domain.name);
		free(fake.domains[i].xml);
	}
	free(fake.info);
	free(fake.failure);
	memset(&fake, 0, sizeof(fake));
	fake.start_flags = -1;
}

void fake_info(const char *json)
{
	free(fake.info);
	fake.info = strdup(json);
}

void fake_failure(const char *text)
{
	free(fake.failure);
	fake.failure = text ? strdup(text) : NULL;
}

const char *fake_last_command(void)
{
	return fake.command;
}

int fake_start_flags(void)
{
	return fake.start_flags;
}

static int find(const char *what)
{
	for (size_t i = 0; i < fake.n; i++) {
		const struct manager_domain *domain = &fake.domains[i].domain;
		char id[16];

		snprintf(id, sizeof(id), "%d", domain->id);
		if (strcmp(domain->name, what) == 0 || strcmp(domain->uuid, what) == 0 ||
		    (domain->id >= 0 && strcmp(id, what) == 0))
			return (int)i;
	}
	return -1;
}

const char *fake_definition(const char *name)
{
	int i = find(name);

	return i >= 0 && fake.domains[i].xml ? fake.domains[i].xml : "";
}

static void state_set(struct manager_domain *domain, int id, enum manager_state state,
		      const char *reason)
{
	domain->id = id;
	domain->state = state;
	snprintf(domain->reason, sizeof(domain->reason), "%s", reason);
}

static size_t add(const struct domain_spec *spec)
{
	struct manager_domain *domain = &fake.domains[fake.n].domain;

	domain->name = strdup(spec->name);
	snprintf(domain->uuid, sizeof(domain->uuid), "%s",
		 spec->uuid ? spec->uuid : "11111111-2222-3333-4444-555555555555");
	state_set(domain, -1, MANAGER_SHUTOFF, "unknown");
	return fake.n++;
}

void fake_domain_add(const char *xml, int id, bool persistent)
{
	AUTO(domain_spec) spec = NULL;
	struct err err = ERR_INIT;
	size_t i;

	if (domain_read(xml, strlen(xml), "fake", 0, &spec, &err) < 0)
		abort();
	i = add(spec);
	fake.domains[i].xml = strdup(xml);
	fake.domains[i].domain.persistent = persistent;
	if (id >= 0)
		state_set(&fake.domains[i].domain, id, MANAGER_RUNNING, "booted");
}

/* ---- manager.h ---- */

int manager_new(struct manager **ret_manager, struct err *err)
{
	(void)err;
	*ret_manager = calloc(1, sizeof(**ret_manager));
	return 0;
}

void manager_free(struct manager *manager)
{
	free(manager);
}

const char *manager_state_name(enum manager_state state)
{
	static const char *const names[] = { "no state",    "running",	"idle",	  "paused",
					     "in shutdown", "shut off", "crashed" };

	return names[state];
}

void manager_domain_fini(struct manager_domain *domain)
{
	free(domain->name);
	*domain = (struct manager_domain){ .id = -1 };
}

static struct manager_domain copy_of(size_t i)
{
	struct manager_domain copy = fake.domains[i].domain;

	copy.name = strdup(copy.name);
	return copy;
}

void manager_list_fini(struct manager_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		manager_domain_fini(&list->domains[i]);
	free(list->domains);
}

int manager_list(struct manager *manager, struct manager_list *ret_list, struct err *err)
{
	(void)manager, (void)err;
	ret_list->domains = calloc(ARRAY_SIZE(fake.domains), sizeof(*ret_list->domains));
	for (size_t i = 0; i < fake.n; i++)
		if (fake.domains[i].domain.id >= 0 || fake.domains[i].domain.persistent)
			ret_list->domains[ret_list->n++] = copy_of(i);
	return 0;
}

int manager_find(struct manager *manager, const char *what, struct manager_domain *ret_domain,
		 struct err *err)
{
	int i = find(what);

	(void)manager;
	if (i < 0 || (fake.domains[i].domain.id < 0 && !fake.domains[i].domain.persistent))
		return err_set(err, ERR_NOT_FOUND, -ENOENT, NULL, "failed to get domain '%s'",
			       what);
	*ret_domain = copy_of((size_t)i);
	return 0;
}

int manager_xml(struct manager *manager, const struct manager_domain *domain, bool inactive,
		char **ret_xml, struct err *err)
{
	(void)manager, (void)inactive, (void)err;
	*ret_xml = strdup(fake.domains[find(domain->name)].xml);
	return 0;
}

int manager_define(struct manager *manager, struct domain_spec *domain,
		   struct manager_domain *ret_domain, struct err *err)
{
	int i = find(domain->name);
	char *xml;

	(void)manager;
	if (domain_print(domain, &xml, err) < 0)
		return err->code;
	if (i < 0)
		i = (int)add(domain);
	free(fake.domains[i].xml);
	fake.domains[i].xml = xml;
	fake.domains[i].domain.persistent = true;
	*ret_domain = copy_of((size_t)i);
	return 0;
}

int manager_undefine(struct manager *manager, const struct manager_domain *domain, struct err *err)
{
	(void)manager, (void)err;
	fake.domains[find(domain->name)].domain.persistent = false;
	return 0;
}

int manager_start(struct manager *manager, const struct domain_spec *definition, bool persistent,
		  unsigned int flags, manager_progress progress, void *context, int *ret_status,
		  struct err *err)
{
	int i = find(definition->name);

	(void)manager;
	if (progress)
		progress(context, "starting");
	if (fake.failure)
		return err_set(err, ERR_HOST, -EIO, NULL, "%s", fake.failure);
	if (i < 0) {
		i = (int)add(definition);
		if (domain_print(definition, &fake.domains[i].xml, err) < 0)
			return err->code;
	}
	fake.start_flags = (int)flags;
	fake.domains[i].domain.persistent = persistent;
	if (flags & MANAGER_START_FOREGROUND)
		return *ret_status = 0;
	state_set(&fake.domains[i].domain, 9,
		  flags & MANAGER_START_PAUSED ? MANAGER_PAUSED : MANAGER_RUNNING, "booted");
	return 0;
}

int manager_call(struct manager *manager, const struct manager_domain *domain, const char *command,
		 struct json *arguments, struct json **ret_value, struct err *err)
{
	AUTO(json) owned = arguments;
	autofree char *text = owned ? json_print(owned, JSON_COMPACT) : strdup("{}");
	struct manager_domain *now = &fake.domains[find(domain->name)].domain;

	(void)manager;
	if (strcmp(command, "info") == 0)
		return json_parse(fake.info, strlen(fake.info), JSON_STRICT, NULL, ret_value, err);
	snprintf(fake.command, sizeof(fake.command), "%s %s", command, text);
	if (fake.failure)
		return err_set(err, ERR_USER, -EINVAL, NULL, "%s", fake.failure);
	if (strcmp(command, "suspend") == 0)
		state_set(now, now->id, MANAGER_PAUSED, "user");
	if (strcmp(command, "destroy") == 0)
		state_set(now, -1, MANAGER_SHUTOFF, "destroyed");
	if (ret_value)
		*ret_value = json_new_string("VM status: running\n");
	return 0;
}

const char *manager_runtime_path(struct manager *manager, const char *name, const char *file,
				 char *buf, size_t buf_size)
{
	(void)manager;
	snprintf(buf, buf_size, "fake-%s-%s", name, file);
	return buf;
}
