// SPDX-License-Identifier: Apache-2.0
/*
 * numatune: shows or changes where a domain's memory lies, of the whole domain as virsh does, or of
 * one cell (ours). The running domain is changed by its supervisor; a definition here, by the rules
 * of <numatune>.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/size.h"
#include "base/util.h"
#include "cli/output.h"
#include "cli/target.h"
#include "domain/domain.h"
#include "domain/scalar.h"

/* What was asked for. */
struct numa_change {
	enum domain_numa_mode mode; /* 0: as it is */
	bool has_nodeset;
	struct idset nodeset;
	bool has_cell;
	uint64_t cell;
};

/* Names, or virDomainNumatuneMemMode's numbers, as virsh takes. */
static int parse_mode(const char *text, enum domain_numa_mode *ret_mode, struct err *err)
{
	uint64_t number;

	for (int mode = DOMAIN_NUMA_STRICT; mode <= DOMAIN_NUMA_WEIGHTED_INTERLEAVE; mode++) {
		if (strcmp(text, domain_numa_mode_name(mode)) == 0) {
			*ret_mode = mode;
			return 0;
		}
	}
	if (number_parse(text, &number) == 0) {
		if (number <= DOMAIN_NUMA_RESTRICTIVE - DOMAIN_NUMA_STRICT) {
			*ret_mode = (enum domain_numa_mode)(DOMAIN_NUMA_STRICT + (int)number);
			return 0;
		}
		return err_set(err, ERR_USER, -EINVAL, NULL, "unsupported numatune mode: '%s'",
			       text);
	}
	return err_set(err, ERR_USER, -EINVAL, NULL,
		       "Invalid mode: %s; it is one of strict, preferred, interleave, restrictive, "
		       "weighted-interleave",
		       text);
}

static int parse_change(const struct verb_call *call, struct numa_change *ret_change,
			struct err *err)
{
	const char *mode = verb_text(call, "mode"), *nodeset = verb_text(call, "nodeset"),
		   *cell = verb_text(call, "cell");
	struct numa_change change = { 0 };

	if (mode && parse_mode(mode, &change.mode, err) < 0)
		return -EINVAL;
	if (nodeset) {
		change.has_nodeset = true;
		if (bind_set_parse(nodeset, &change.nodeset) < 0)
			return err_set(err, ERR_USER, -EINVAL, NULL,
				       "Invalid nodeset of 'numatune': %s", nodeset);
	}
	if (cell) {
		change.has_cell = true;
		if (number_parse(cell, &change.cell) < 0 || change.cell >= IDSET_MAX)
			return err_set(err, ERR_USER, -EINVAL, NULL,
				       "Invalid cell '%s': it is the number of a guest cell", cell);
	}
	*ret_change = change;
	return 0;
}

static char *set_text(const struct idset *set, char *buf, size_t buf_size)
{
	idset_format(set, buf, buf_size);
	return buf;
}

#define SET_TEXT_MAX 20480 /* a set of every second id */

/* ---- get ---- */

static void tune_json_add(struct json *object, enum domain_numa_mode mode,
			  const struct domain_set *nodeset)
{
	char text[SET_TEXT_MAX];

	json_set_string(object, "mode", domain_numa_mode_name(mode ? mode : DOMAIN_NUMA_STRICT));
	json_set_string(object, "nodeset",
			nodeset->given ? set_text(&nodeset->ids, text, sizeof(text)) : "");
}

/* The definition's, in the form of the supervisor's answer. */
static struct json *tune_of_spec(const struct domain_spec *spec)
{
	const struct domain_numatune *tune = &spec->numatune;
	struct json *object = json_new_object(), *memnodes = json_new_array();

	tune_json_add(object, tune->memory.mode, &tune->memory.nodeset);
	for (size_t i = 0; i < tune->n_memnodes; i++) {
		struct json *memnode = json_new_object();

		json_set_i64(memnode, "cell", tune->memnodes[i].cellid.value);
		tune_json_add(memnode, tune->memnodes[i].mode, &tune->memnodes[i].nodeset);
		json_append(memnodes, memnode);
	}
	json_set(object, "memnodes", memnodes);
	return object;
}

/* Text of a member, or what holds where there is none. */
static const char *text_of(const struct json *object, const char *name, const char *otherwise)
{
	const struct json *value = object ? json_member(object, name) : NULL;

	return value && json_kind(value) == JSON_STRING ? json_as_string(value) : otherwise;
}

static const struct json *memnode_of(const struct json *tune, uint64_t cell)
{
	const struct json *memnodes = tune ? json_member(tune, "memnodes") : NULL;

	for (size_t i = 0; memnodes && i < json_length(memnodes); i++) {
		const struct json *memnode = json_at(memnodes, i);
		uint64_t id;

		if (json_get_u64(memnode, "cell", &id, NULL) == 0 && id == cell)
			return memnode;
	}
	return NULL;
}

static int read_tune(const struct target *target, unsigned int scope, struct json **ret_tune,
		     struct err *err)
{
	AUTO(domain_spec) spec = NULL;
	AUTO(json) info = NULL;
	const struct json *tune;
	int ret;

	if (scope == TARGET_CONFIG) {
		ret = target_spec(target, TARGET_CONFIG, &spec, err);
		if (ret == 0)
			*ret_tune = tune_of_spec(spec);
		return ret;
	}
	ret = target_info(target, &info, err);
	if (ret < 0)
		return ret;
	tune = json_member(info, "numatune");
	*ret_tune = tune ? json_ref(tune) : json_new_object();
	return 0;
}

static void print_memnodes(const struct json *tune)
{
	const struct json *memnodes = json_member(tune, "memnodes");

	for (size_t i = 0; memnodes && i < json_length(memnodes); i++) {
		const struct json *memnode = json_at(memnodes, i);
		uint64_t cell = 0;
		char name[32];

		if (json_get_u64(memnode, "cell", &cell, NULL) < 0)
			continue;
		snprintf(name, sizeof(name), "cell_%llu", (unsigned long long)cell);
		printf("%-15s: %s %s\n", name, text_of(memnode, "mode", "strict"),
		       text_of(memnode, "nodeset", ""));
	}
}

static int show(const struct verb_call *call, const struct target *target, unsigned int scope,
		const struct numa_change *asked, struct err *err)
{
	AUTO(json) tune = NULL;
	const struct json *shown;
	int ret = read_tune(target, scope, &tune, err);

	if (ret < 0)
		return ret;
	shown = asked->has_cell ? memnode_of(tune, asked->cell) : tune;
	if (!shown)
		shown = tune;
	if (verb_json(call))
		return output_json(json_ref(shown), err);
	printf("%-15s: %s\n", "numa_mode", text_of(shown, "mode", "strict"));
	printf("%-15s: %s\n", "numa_nodeset", text_of(shown, "nodeset", ""));
	if (!asked->has_cell)
		print_memnodes(tune);
	return 0;
}

/* ---- set ---- */

static void set_nodeset(struct domain_set *nodeset, const struct numa_change *change)
{
	if (change->has_nodeset)
		*nodeset = (struct domain_set){ .given = true, .ids = change->nodeset };
}

static int change_memnode(struct domain_numatune *tune, const struct numa_change *change,
			  struct err *err)
{
	struct domain_numatune_memnode *memnodes, *memnode = NULL;

	for (size_t i = 0; i < tune->n_memnodes; i++)
		if ((uint64_t)tune->memnodes[i].cellid.value == change->cell)
			memnode = &tune->memnodes[i];
	if (!memnode) {
		memnodes = reallocarray(tune->memnodes, tune->n_memnodes + 1, sizeof(*memnodes));
		if (!memnodes)
			return err_set(err, ERR_HOST, -ENOMEM, NULL, "no memory");
		tune->memnodes = memnodes;
		memnode = &memnodes[tune->n_memnodes++];
		/* What held for the cell before: the domain's. */
		*memnode = (struct domain_numatune_memnode){
			.cellid = { true, (int64_t)change->cell },
			.mode = tune->memory.mode,
			.nodeset = tune->memory.nodeset,
		};
	}
	if (change->mode)
		memnode->mode = change->mode;
	set_nodeset(&memnode->nodeset, change);
	return 0;
}

static void change_memory(struct domain_numatune *tune, const struct numa_change *change)
{
	struct domain_numatune_memory *memory = &tune->memory;

	memory->given = true;
	if (change->mode)
		memory->mode = change->mode;
	else if (!memory->mode)
		memory->mode = DOMAIN_NUMA_STRICT;
	if (change->has_nodeset)
		memory->placement = DOMAIN_STATIC;
	set_nodeset(&memory->nodeset, change);
}

static int change_config(const struct target *target, const struct numa_change *change,
			 struct err *err)
{
	AUTO(domain_spec) spec = NULL;
	int ret = target_spec(target, TARGET_CONFIG, &spec, err);

	if (ret < 0)
		return ret;
	spec->numatune.given = true;
	if (change->has_cell)
		ret = change_memnode(&spec->numatune, change, err);
	else
		change_memory(&spec->numatune, change);
	return ret < 0 ? ret : target_redefine(target, spec, err);
}

static int change_live(const struct target *target, const struct numa_change *change,
		       struct err *err)
{
	struct json *arguments = json_new_object();
	char text[SET_TEXT_MAX];

	if (change->mode)
		json_set_string(arguments, "mode", domain_numa_mode_name(change->mode));
	if (change->has_nodeset)
		json_set_string(arguments, "nodeset",
				set_text(&change->nodeset, text, sizeof(text)));
	if (change->has_cell)
		json_set_u64(arguments, "cell", change->cell);
	return target_call(target, "numatune", arguments, err);
}

/* The running domain first: if it refuses, the definition stays as it was. */
static int change_both(const struct verb_call *call, const struct target *target,
		       unsigned int scope, const struct numa_change *change, struct err *err)
{
	int ret = 0;

	if (scope & TARGET_LIVE)
		ret = change_live(target, change, err);
	if (ret == 0 && (scope & TARGET_CONFIG))
		ret = change_config(target, change, err);
	if (ret < 0)
		return target_failed(err, "Unable to change numa parameters");
	return target_silent(call, target, err);
}

static int run(const struct verb_call *call, struct err *err)
{
	struct numa_change change;
	unsigned int scope;
	bool get;
	AUTO_TARGET(target);
	int ret = parse_change(call, &change, err);

	if (ret == 0)
		ret = target_open(call, &target, err);
	if (ret < 0)
		return ret;
	get = !change.mode && !change.has_nodeset;
	ret = target_scope(call, &target, get, &scope, err);
	if (ret < 0)
		return ret;
	return get ? show(call, &target, scope, &change, err)
		   : change_both(call, &target, scope, &change, err);
}

static const char *const modes[] = { "strict",	    "preferred",	   "interleave",
				     "restrictive", "weighted-interleave", NULL };

static const struct verb_arg args[] = {
	TARGET_ARG(VERB_DOMAIN),
	{ .kind = VERB_POSITIONAL,
	  .name = "mode",
	  .value = VERB_CHOICE,
	  .choices = modes,
	  .placeholder = "MODE",
	  .help = "how the nodes are used; or the number that libvirt gives the mode" },
	{ .kind = VERB_POSITIONAL,
	  .name = "nodeset",
	  .placeholder = "SET",
	  .help = "host nodes, such as 0-3,^2" },
	{ .kind = VERB_OPTION,
	  .name = "cell",
	  .placeholder = "N",
	  .help = "only this guest cell, not the whole domain" },
	TARGET_SCOPE_ARGS,
	{ 0 },
};

extern const struct verb verb_numatune;
const struct verb verb_numatune = {
	.name = "numatune",
	.group = "Placement",
	.summary = "show or change on which host nodes a domain's memory lies",
	.description =
		"Without *--mode* and *--nodeset* shows both, and those of each cell that has its "
		"own.\n\nA running domain can be changed where the cgroup keeps its memory "
		"(mode restrictive, or strict\nwith migratable='yes'): new pages come from the new "
		"nodes at once, and with *--cell* the other\ncells stay as they are.",
	.args = args,
	.run = run,
};
