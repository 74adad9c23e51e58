/* SPDX-License-Identifier: Apache-2.0 */
/*
 * argv -> spec: see cmdline.h and option.h.
 *
 * Theory of operation
 * Job: find each argument's row, then let the rows act phase by phase, because later options may
 *	be needed by earlier ones: "-numa node,memdev=m0 -object ...,id=m0" is fine.
 * Between the phases: the topology is completed before cells are checked against it. Without -smp
 *	there are as many vCPUs as "-numa node,cpus=" names: the lines of many articles leave -smp out.
 * Failure: the first error wins; its subject is the option as typed.
 */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "base/util.h"
#include "cmdline/option.h"
#include "spec/build.h"

/* One option of the command line, borrowed from argv. */
struct given {
	const struct cmdline_option *option;
	const char *word; /* as typed, with its dashes */
	const char *arg;
};

const struct cmdline_option *cmdline_option_find(const char *name)
{
	for (size_t i = 0; i < cmdline_n_options; i++) {
		const struct cmdline_option *option = &cmdline_options[i];

		if (!strcmp(option->name, name) || (option->alias && !strcmp(option->alias, name)))
			return option;
	}
	return NULL;
}

void cmdline_action_fini(struct cmdline_action *action)
{
	free(action->text);
	*action = CMDLINE_ACTION_INIT;
}

/* Names the option in an error that has no subject yet. */
static int blame(const struct given *given, int code, struct err *err)
{
	if (err && !err->subject[0])
		snprintf(err->subject, sizeof(err->subject), "%.40s%s%s", given->word,
			 given->arg ? " " : "", given->arg ? given->arg : "");
	return code;
}

/* ------------------------------------------------------------------ lists */

static const struct cmdline_props *find_props(const struct cmdline_option *option, const char *name)
{
	for (size_t i = 0; option->props[i]; i++)
		if (!strcmp(option->props[i]->name, name))
			return option->props[i];
	return NULL;
}

static int unknown_type(const struct cmdline_option *option, const char *name, struct err *err)
{
	const char *nearest = NULL;

	for (size_t i = 0; option->props[i]; i++)
		nearest_offer(name, option->props[i]->name, &nearest);
	return err_set(err, ERR_USER, -EINVAL, NULL,
		       "Parameter '%s' does not accept value '%.60s'%s%s%s (try -%s help)",
		       option->type_key, name, nearest ? "; did you mean '" : "",
		       nearest ? nearest : "", nearest ? "'?" : "", option->name);
}

/* The error of the JSON reader names a place in the text: keep it in the message. */
static int read_json(const char *arg, struct keyval *ret_list, struct err *err)
{
	char place[64];
	int ret = keyval_parse_json(arg, ret_list, err);

	if (ret < 0 && err && err->subject[0]) {
		snprintf(place, sizeof(place), "%.60s", err->subject);
		err->subject[0] = '\0';
		return err_prefix(err, "%s", place);
	}
	return ret;
}

static int read_list(const struct cmdline_option *option, const char *arg, struct keyval *ret_list,
		     struct err *err)
{
	const char *implied = option->type_key ? option->type_key : option->props[0]->implied;

	if (option->type_key && arg[0] == '{')
		return read_json(arg, ret_list, err);
	return keyval_parse(arg, implied, ret_list, err);
}

int cmdline_option_list(const struct cmdline_option *option, const char *arg,
			const struct cmdline_props **ret_props, struct keyval *ret_list,
			struct err *err)
{
	const struct cmdline_props *props = NULL;
	const char *type;
	AUTO_KEYVAL(list);
	int ret = read_list(option, arg, &list, err);

	if (ret < 0)
		return ret;
	if (option->props && option->type_key) {
		type = keyval_get(&list, option->type_key);
		if (!type)
			return err_set(err, ERR_USER, -EINVAL, NULL, "Parameter '%s' is missing",
				       option->type_key);
		props = find_props(option, type);
		if (!props)
			return unknown_type(option, type, err);
		keyval_remove(&list, option->type_key);
	} else if (option->props) {
		props = option->props[0];
	}
	*ret_props = props;
	*ret_list = list;
	list = KEYVAL_INIT;
	return 0;
}

/* ------------------------------------------------------------------ words */

/* "-name" or "--name" without its dashes; NULL for anything else. */
static const char *strip_dashes(const char *word)
{
	if (word[0] != '-' || !word[1])
		return NULL;
	return word[1] == '-' ? word + 2 : word + 1;
}

static int unknown_option(const char *word, const char *name, struct err *err)
{
	const char *nearest = NULL;
	char hint[80] = "";

	if (!name)
		return err_set(err, ERR_USER, -EINVAL, word[0] ? word : "''",
			       "not an option (options begin with '-'; a kernel is given with "
			       "-kernel FILE)");
	for (size_t i = 0; i < cmdline_n_options; i++)
		nearest_offer(name, cmdline_options[i].name, &nearest);
	if (nearest)
		snprintf(hint, sizeof(hint), " (did you mean '-%s'?)", nearest);
	return err_set(err, ERR_USER, -EINVAL, word, "invalid option%s", hint);
}

/* Looks up every word; returns how many options there are, in *ret_given (free). */
static int collect(int argc, char *const argv[], struct given **ret_given, struct err *err)
{
	autofree struct given *given = calloc((size_t)MAX(argc, 1), sizeof(*given));
	int n = 0;

	if (!given)
		return err_set(err, ERR_HOST, -ENOMEM, NULL, "not enough memory");
	for (int i = 1; i < argc; i++) {
		const char *name = strip_dashes(argv[i]);
		struct given *one = &given[n++];

		one->word = argv[i];
		one->option = name ? cmdline_option_find(name) : NULL;
		if (!one->option)
			return unknown_option(argv[i], name, err);
		if (!one->option->arg)
			continue;
		if (i + 1 >= argc)
			return err_set(err, ERR_USER, -EINVAL, argv[i], "requires an argument (%s)",
				       one->option->arg);
		one->arg = argv[++i];
	}
	*ret_given = TAKE_PTR(given);
	return n;
}

/* ------------------------------------------------------------------ help in an argument */

static bool is_help(const char *text)
{
	return !strcmp(text, "help") || !strcmp(text, "?");
}

/* "-object help", "-object TYPE,help". *ret_text stays NULL when no help was asked for. */
static int help_in_argument(const struct given *given, char **ret_text, struct err *err)
{
	const struct cmdline_option *option = given->option;
	const struct cmdline_props *props = NULL;
	autofree char *type = NULL;
	const char *comma;

	if (!given->arg || (!option->props && !option->choices))
		return 0;
	if (!is_help(given->arg)) {
		comma = strchr(given->arg, ',');
		if (!comma || !is_help(comma + 1) || !option->props)
			return 0;
		type = strndup(given->arg, (size_t)(comma - given->arg));
		if (!type)
			return err_set(err, ERR_HOST, -ENOMEM, NULL, "not enough memory");
		props = option->type_key ? find_props(option, type) : option->props[0];
		if (!props)
			return unknown_type(option, type, err);
	}
	*ret_text = cmdline_option_help(option, props);
	return *ret_text ? 0 : err_set(err, ERR_HOST, -ENOMEM, NULL, "not enough memory");
}

/* Options that only print end the parsing at once, as in QEMU: what follows is not looked at. */
static int find_text(struct cmdline_parser *parser, const struct given *given, int n_given,
		     struct err *err)
{
	for (int i = 0; i < n_given; i++) {
		char *text = NULL;
		int ret;

		if (given[i].option->read == cmdline_read_help ||
		    given[i].option->read == cmdline_read_version)
			return given[i].option->read(parser, given[i].option, NULL, err);
		ret = help_in_argument(&given[i], &text, err);
		if (ret < 0)
			return blame(&given[i], ret, err);
		if (text) {
			parser->action->kind = CMDLINE_TEXT;
			parser->action->text = text;
			return 0;
		}
	}
	return 0;
}

/* ------------------------------------------------------------------ phases */

/* The topology, before cells are checked against it. */
static int complete_smp(struct cmdline_parser *parser, const struct given *given, int n_given,
			struct err *err)
{
	struct spec_smp *smp = &parser->spec->smp;
	const struct given *last_smp = NULL;
	unsigned int named = 0;
	int ret;

	for (int i = 0; i < n_given; i++) {
		if (given[i].option->read == cmdline_read_smp)
			last_smp = &given[i];
		if (given[i].option->read == cmdline_read_numa)
			named = MAX(named, cmdline_numa_vcpus(given[i].arg));
	}
	if (!last_smp && named > 1) {
		smp->cpus = named;
		spec_warn(parser->spec, "no -smp: the machine gets %u vCPUs, as many as -numa names",
			  named);
	}
	ret = spec_smp_complete(
		smp, parser->spec->machine.type_name ? parser->spec->machine.type_name : "q35",
		err);
	if (ret < 0 && last_smp)
		return blame(last_smp, ret, err);
	return ret;
}

static int run_phase(struct cmdline_parser *parser, const struct given *given, int n_given,
		     enum cmdline_phase phase, struct err *err)
{
	for (int i = 0; i < n_given; i++) {
		const struct cmdline_option *option = given[i].option;
		int ret;

		if (option->phase != phase)
			continue;
		ret = option->read(parser, option, given[i].arg, err);
		if (ret < 0)
			return blame(&given[i], ret, err);
	}
	return 0;
}

static int run_phases(struct cmdline_parser *parser, const struct given *given, int n_given,
		      struct err *err)
{
	for (int phase = 0; phase < CMDLINE_PHASE_COUNT; phase++) {
		int ret = run_phase(parser, given, n_given, (enum cmdline_phase)phase, err);

		if (ret == 0 && phase == CMDLINE_PHASE_MACHINE)
			ret = complete_smp(parser, given, n_given, err);
		if (ret < 0)
			return ret;
	}
	return cmdline_default_serial(parser, err);
}

/* A rule of the whole machine names an option: show it as typed where it was given once. */
static int blame_by_name(const struct given *given, int n_given, int code, struct err *err)
{
	const struct given *culprit = NULL;
	int n_culprits = 0;

	for (int i = 0; i < n_given && err && err->subject[0] == '-'; i++) {
		if (strcmp(given[i].option->name, err->subject + 1))
			continue;
		culprit = &given[i];
		n_culprits++;
	}
	if (n_culprits != 1)
		return code;
	err->subject[0] = '\0';
	return blame(culprit, code, err);
}

int cmdline_parse(int argc, char *const argv[], struct vm_spec **ret_spec,
		  struct cmdline_action *ret_action, struct err *err)
{
	__attribute__((cleanup(cmdline_action_fini))) struct cmdline_action action =
		CMDLINE_ACTION_INIT;
	AUTO(vm_spec) spec = spec_new();
	struct cmdline_parser parser = { .spec = spec, .action = &action };
	autofree struct given *given = NULL;
	int n_given, ret;

	/* An empty subject is how a rule says "the option that you were reading". */
	if (err)
		*err = ERR_INIT;
	if (!spec)
		return err_set(err, ERR_HOST, -ENOMEM, NULL, "not enough memory");
	n_given = collect(argc, argv, &given, err);
	if (n_given < 0)
		return n_given;
	ret = find_text(&parser, given, n_given, err);
	if (ret < 0)
		return ret;
	if (action.kind == CMDLINE_TEXT) {
		*ret_spec = NULL;
	} else {
		ret = run_phases(&parser, given, n_given, err);
		if (ret < 0)
			return ret;
		ret = spec_complete(spec, err);
		if (ret < 0)
			return blame_by_name(given, n_given, ret, err);
		*ret_spec = TAKE_PTR(spec);
	}
	*ret_action = action;
	action = CMDLINE_ACTION_INIT;
	return 0;
}
