// SPDX-License-Identifier: Apache-2.0
#include "cli/help.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/nearest.h"
#include "base/util.h"
#include "cli/output.h"
#include "cli/verb_parse.h"

static const char *placeholder_of(const struct verb_arg *arg)
{
	return arg->placeholder ? arg->placeholder : "VALUE";
}

static void synopsis_arg(const struct verb_arg *arg, struct strbuf *out)
{
	strbuf_add_text(out, arg->required ? " " : " [");
	switch (arg->kind) {
	case VERB_FLAG:
		strbuf_addf(out, "--%s", arg->name);
		break;
	case VERB_OPTION:
		strbuf_addf(out, "--%s %s", arg->name, placeholder_of(arg));
		break;
	case VERB_POSITIONAL:
		strbuf_add_text(out, placeholder_of(arg));
		break;
	case VERB_REST:
		strbuf_addf(out, "%s...", placeholder_of(arg));
		break;
	}
	if (!arg->required)
		strbuf_add_char(out, ']');
}

void help_synopsis(const struct verb *verb, struct strbuf *out)
{
	strbuf_add_text(out, verb->name);
	for (const struct verb_arg *arg = verb->args; arg && arg->name; arg++)
		synopsis_arg(arg, out);
}

#define HELP_COLUMNS	80u
#define HELP_INDENT	4u
#define HELP_ARG_COLUMN 32u

/* Words of a text that goes on at column, filled up to the right edge; lines begin at indent. */
static void fill(struct strbuf *out, const char *text, size_t length, size_t indent, size_t column)
{
	for (const char *end = text + length; text < end;) {
		size_t word = 0;

		while (text + word < end && text[word] != ' ' && text[word] != '\n')
			word++;
		if (word && column > indent && column + 1 + word > HELP_COLUMNS) {
			strbuf_add_char(out, '\n');
			column = 0;
		} else if (word && column > indent) {
			strbuf_add_char(out, ' ');
			column++;
		}
		for (; word && column < indent; column++)
			strbuf_add_char(out, ' ');
		/* Without the manual's marks of bold words. */
		for (size_t i = 0; i < word; i++)
			if (text[i] != '*')
				strbuf_add_char(out, text[i]);
		column += word;
		text += word + (text + word < end);
	}
	strbuf_add_char(out, '\n');
}

static void help_arg(const struct verb_arg *arg, struct strbuf *out)
{
	AUTO_STRBUF left = STRBUF_INIT;

	if (arg->letter)
		strbuf_addf(&left, "-%c, ", arg->letter);
	if (arg->kind == VERB_POSITIONAL)
		strbuf_addf(&left, "[--%s] %s", arg->name, placeholder_of(arg));
	else if (arg->kind == VERB_REST)
		strbuf_addf(&left, "%s...", placeholder_of(arg));
	else
		strbuf_addf(&left, "--%s%s%s", arg->name, arg->kind == VERB_OPTION ? " " : "",
			    arg->kind == VERB_OPTION ? placeholder_of(arg) : "");
	strbuf_addf(out, "    %-26s ", strbuf_text(&left));
	fill(out, arg->help, strlen(arg->help), HELP_ARG_COLUMN, MAX(left.length, (size_t)26) + 5);
}

static void help_description(const char *text, struct strbuf *out)
{
	strbuf_add_text(out, "\n  DESCRIPTION\n");
	for (bool first = true; *text; first = false) {
		const char *end = strstr(text, "\n\n");
		size_t length = end ? (size_t)(end - text) : strlen(text);

		if (!first)
			strbuf_add_char(out, '\n');
		fill(out, text, length, HELP_INDENT, 0);
		text += length + strspn(text + length, "\n");
	}
}

void help_verb(const struct verb *verb, struct strbuf *out)
{
	AUTO_STRBUF synopsis = STRBUF_INIT;

	strbuf_addf(out, "  NAME\n    %s - %s\n\n  SYNOPSIS\n", verb->name, verb->summary);
	help_synopsis(verb, &synopsis);
	fill(out, strbuf_text(&synopsis), synopsis.length, HELP_INDENT, 0);
	if (verb->description)
		help_description(verb->description, out);
	strbuf_add_text(out, "\n  OPTIONS\n");
	for (const struct verb_arg *arg = verb->args; arg && arg->name; arg++)
		help_arg(arg, out);
	for (const struct verb_arg *arg = verb_common_args; arg->name; arg++)
		help_arg(arg, out);
}

void help_overview(struct strbuf *out)
{
	const char *group = "";

	strbuf_add_text(out, "usage: terrace VERB [ARGUMENT...]\n");
	for (size_t i = 0; verbs[i]; i++) {
		if (strcmp(verbs[i]->group, group) != 0)
			strbuf_addf(out, "\n%s\n", verbs[i]->group);
		group = verbs[i]->group;
		strbuf_addf(out, "  %-22s %s\n", verbs[i]->name, verbs[i]->summary);
	}
	strbuf_add_text(out,
			"\n'terrace VERB --help' explains a verb; terrace(1) is the manual.\n");
}

int help_unknown_verb(const char *name, struct err *err)
{
	const char *best = NULL;

	for (size_t i = 0; verbs[i]; i++)
		nearest_offer(name, verbs[i]->name, &best);
	if (best)
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "unknown command: '%s'; did you mean '%s'?", name, best);
	return err_set(err, ERR_USER, -EINVAL, NULL,
		       "unknown command: '%s'; 'terrace help' lists all", name);
}

static struct json *arg_json(const struct verb_arg *arg)
{
	static const char *const kinds[] = {
		[VERB_FLAG] = "flag",
		[VERB_OPTION] = "option",
		[VERB_POSITIONAL] = "positional",
		[VERB_REST] = "rest",
	};
	struct json *object = json_new_object();

	json_set_string(object, "name", arg->name);
	json_set_string(object, "kind", kinds[arg->kind]);
	json_set_bool(object, "required", arg->required);
	json_set_string(object, "help", arg->help);
	return object;
}

static struct json *verb_as_json(const struct verb *verb)
{
	struct json *object = json_new_object(), *args = json_new_array();

	json_set_string(object, "name", verb->name);
	json_set_string(object, "group", verb->group);
	json_set_string(object, "summary", verb->summary);
	for (const struct verb_arg *arg = verb->args; arg && arg->name; arg++)
		json_append(args, arg_json(arg));
	json_set(object, "arguments", args);
	return object;
}

static int run_json(const struct verb *one, struct err *err)
{
	struct json *array;

	if (one)
		return output_json(verb_as_json(one), err);
	array = json_new_array();
	for (size_t i = 0; verbs[i]; i++)
		json_append(array, verb_as_json(verbs[i]));
	return output_json(array, err);
}

static int run(const struct verb_call *call, struct err *err)
{
	const char *name = verb_text(call, "verb");
	const struct verb *verb = name ? verb_find(name) : NULL;
	const char *completion = verb_text(call, "completion");
	AUTO_STRBUF out = STRBUF_INIT;

	if (name && !verb)
		return help_unknown_verb(name, err);
	if (verb_json(call))
		return run_json(verb, err);
	if (completion && strcmp(completion, "bash") != 0)
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "no completion for shell '%s'; there is one for bash", completion);
	if (completion)
		help_completion_bash(&out);
	else if (verb_flag(call, "manual"))
		help_manual(&out);
	else if (verb)
		help_verb(verb, &out);
	else
		help_overview(&out);
	fputs(strbuf_text(&out), stdout);
	return 0;
}

static const char *const shells[] = { "bash", NULL };

static const struct verb_arg args[] = {
	{ .kind = VERB_POSITIONAL,
	  .name = "verb",
	  .value = VERB_VERB,
	  .placeholder = "VERB",
	  .help = "explain this verb" },
	{ .kind = VERB_OPTION,
	  .name = "completion",
	  .value = VERB_CHOICE,
	  .choices = shells,
	  .placeholder = "SHELL",
	  .help = "print the completion of this program for a shell: bash" },
	{ .kind = VERB_FLAG,
	  .name = "manual",
	  .help = "print the verbs as the manual page has them" },
	{ 0 },
};

extern const struct verb verb_help;
const struct verb verb_help = {
	.name = "help",
	.group = "Program",
	.summary = "list the verbs, or explain one",
	.args = args,
	.run = run,
};
