// SPDX-License-Identifier: Apache-2.0
/* list: the domains, running first, as virsh list. */
#include <stdio.h>
#include <string.h>

#include "cli/output.h"
#include "cli/target.h"

/* Is one of these flags given, and which may pass? A group without any lets all pass. */
static bool passes(const struct verb_call *call, const char *const flags[], size_t chosen)
{
	bool any = false;

	for (size_t i = 0; flags[i]; i++)
		any |= verb_flag(call, flags[i]);
	return !any || verb_flag(call, flags[chosen]);
}

static size_t state_flag(enum manager_state state)
{
	switch (state) {
	case MANAGER_RUNNING:
		return 0;
	case MANAGER_PAUSED:
		return 1;
	case MANAGER_SHUTOFF:
		return 2;
	default:
		return 3;
	}
}

static bool wanted(const struct verb_call *call, const struct manager_domain *domain)
{
	static const char *const states[] = { "state-running", "state-paused", "state-shutoff",
					      "state-other", NULL };
	static const char *const kinds[] = { "persistent", "transient", NULL };
	bool runs = domain->id >= 0;

	/* --state-shutoff says that domains are wanted that do not run. */
	if (!runs && !verb_flag(call, "all") && !verb_flag(call, "inactive") &&
	    !verb_flag(call, "state-shutoff"))
		return false;
	if (runs && verb_flag(call, "inactive") && !verb_flag(call, "all"))
		return false;
	return passes(call, states, state_flag(domain->state)) &&
	       passes(call, kinds, domain->persistent ? 0 : 1);
}

static const char *id_text(const struct manager_domain *domain, char *buf, size_t buf_size)
{
	if (domain->id < 0)
		return "-";
	snprintf(buf, buf_size, "%d", domain->id);
	return buf;
}

/* --uuid, --name, --id: only those, for scripts. */
static void print_plain(const struct verb_call *call, const struct manager_domain *domain)
{
	const char *between = "";
	char id[16];

	if (verb_flag(call, "uuid")) {
		printf("%s", domain->uuid);
		between = " ";
	}
	if (verb_flag(call, "name")) {
		printf("%s%s", between, domain->name);
		between = " ";
	}
	if (verb_flag(call, "id"))
		printf("%s%s", between, id_text(domain, id, sizeof(id)));
	putchar('\n');
}

static int print_list(const struct verb_call *call, const struct manager_list *list,
		      struct err *err)
{
	static const char *const headers[] = { "Id", "Name", "State" };
	bool plain = verb_flag(call, "uuid") || verb_flag(call, "name") || verb_flag(call, "id");
	AUTO_TABLE(table);

	table_init(&table, 3, headers);
	for (size_t i = 0; i < list->n; i++) {
		const struct manager_domain *domain = &list->domains[i];
		char id[16];

		if (!wanted(call, domain))
			continue;
		if (plain)
			print_plain(call, domain);
		else
			table_add(&table, (const char *const[]){
						  id_text(domain, id, sizeof(id)), domain->name,
						  manager_state_name(domain->state) });
	}
	return plain ? 0 : table_print(&table, err);
}

static int print_json(const struct verb_call *call, const struct manager_list *list,
		      struct err *err)
{
	struct json *array = json_new_array();

	for (size_t i = 0; i < list->n; i++)
		if (wanted(call, &list->domains[i]))
			json_append(array, target_domain_json(&list->domains[i]));
	return output_json(array, err);
}

static int run(const struct verb_call *call, struct err *err)
{
	AUTO(manager) manager = NULL;
	AUTO_MANAGER_LIST(list);
	int ret = manager_new(&manager, err);

	if (ret == 0)
		ret = manager_list(manager, &list, err);
	if (ret < 0)
		return ret;
	return verb_json(call) ? print_json(call, &list, err) : print_list(call, &list, err);
}

static const struct verb_arg args[] = {
	{ .kind = VERB_FLAG, .name = "inactive", .help = "only domains that do not run" },
	{ .kind = VERB_FLAG, .name = "all", .help = "those that run and those that do not" },
	{ .kind = VERB_FLAG, .name = "persistent", .help = "only those that have a definition" },
	{ .kind = VERB_FLAG, .name = "transient", .help = "only those that have none" },
	{ .kind = VERB_FLAG, .name = "state-running", .help = "only running ones" },
	{ .kind = VERB_FLAG, .name = "state-paused", .help = "only paused ones" },
	{ .kind = VERB_FLAG, .name = "state-shutoff", .help = "only those that are shut off" },
	{ .kind = VERB_FLAG, .name = "state-other", .help = "only those in another state" },
	{ .kind = VERB_FLAG, .name = "uuid", .help = "print only UUIDs" },
	{ .kind = VERB_FLAG, .name = "name", .help = "print only names" },
	{ .kind = VERB_FLAG, .name = "id", .help = "print only ids" },
	{ .kind = VERB_FLAG, .name = "table", .help = "print the table (the default)" },
	{ 0 },
};

extern const struct verb verb_list;
const struct verb verb_list = {
	.name = "list",
	.group = "Domain",
	.summary = "list the domains: those that run, or all",
	.args = args,
	.run = run,
};
