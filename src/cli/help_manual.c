// SPDX-License-Identifier: Apache-2.0
/* The verbs in scdoc(5)'s language: *bold*, _underlined_, tabs for what belongs to a term. */
#include <ctype.h>
#include <string.h>

#include "cli/help.h"

/* Plain text: nothing in it is a mark. */
static void add_plain(struct strbuf *out, const char *text)
{
	for (; *text; text++) {
		if (strchr("*_\\", *text))
			strbuf_add_char(out, '\\');
		strbuf_add_char(out, *text);
	}
}

/* As a sentence. */
static void add_sentence(struct strbuf *out, const char *text)
{
	strbuf_add_char(out, (char)toupper((unsigned char)text[0]));
	add_plain(out, text + 1);
	strbuf_add_text(out, ".\n");
}

/* A description has bold words; its underscores are plain. Each line is indented. */
static void add_description(struct strbuf *out, const char *text)
{
	bool at_start = true;

	for (; *text; text++) {
		if (at_start && *text != '\n')
			strbuf_add_char(out, '\t');
		if (*text == '_')
			strbuf_add_char(out, '\\');
		strbuf_add_char(out, *text);
		at_start = *text == '\n';
	}
	strbuf_add_text(out, "\n\n");
}

static void add_underlined(struct strbuf *out, const char *text)
{
	strbuf_add_char(out, '_');
	add_plain(out, text ? text : "VALUE");
	strbuf_add_char(out, '_');
}

static void add_arg_term(struct strbuf *out, const struct verb_arg *arg)
{
	if (arg->letter)
		strbuf_addf(out, "*-%c*, ", arg->letter);
	switch (arg->kind) {
	case VERB_FLAG:
		strbuf_addf(out, "*--%s*", arg->name);
		break;
	case VERB_OPTION:
		strbuf_addf(out, "*--%s* ", arg->name);
		add_underlined(out, arg->placeholder);
		break;
	case VERB_POSITIONAL:
		add_underlined(out, arg->placeholder);
		strbuf_addf(out, ", *--%s* ", arg->name);
		add_underlined(out, arg->placeholder);
		break;
	case VERB_REST:
		add_underlined(out, arg->placeholder);
		strbuf_add_text(out, "...");
		break;
	}
}

static void add_synopsis(struct strbuf *out, const struct verb *verb)
{
	strbuf_addf(out, "*%s*", verb->name);
	for (const struct verb_arg *arg = verb->args; arg && arg->name; arg++) {
		strbuf_add_text(out, arg->required ? " " : " [");
		if (arg->kind == VERB_FLAG || arg->kind == VERB_OPTION)
			strbuf_addf(out, "*--%s*%s", arg->name,
				    arg->kind == VERB_OPTION ? " " : "");
		if (arg->kind != VERB_FLAG)
			add_underlined(out, arg->placeholder);
		strbuf_add_text(out, arg->kind == VERB_REST ? "..." : "");
		strbuf_add_text(out, arg->required ? "" : "]");
	}
	strbuf_add_char(out, '\n');
}

static void add_verb(struct strbuf *out, const struct verb *verb)
{
	add_synopsis(out, verb);
	strbuf_add_char(out, '\t');
	add_sentence(out, verb->summary);
	strbuf_add_char(out, '\n');
	if (verb->description)
		add_description(out, verb->description);
	for (const struct verb_arg *arg = verb->args; arg && arg->name; arg++) {
		strbuf_add_char(out, '\t');
		add_arg_term(out, arg);
		strbuf_add_text(out, "\n\t\t");
		add_sentence(out, arg->help);
	}
	if (verb->args && verb->args->name)
		strbuf_add_char(out, '\n');
}

void help_manual(struct strbuf *out)
{
	const char *group = "";

	strbuf_add_text(out, "# VERBS\n\n");
	for (size_t i = 0; verbs[i]; i++) {
		if (strcmp(verbs[i]->group, group) != 0)
			strbuf_addf(out, "## %s\n\n", verbs[i]->group);
		group = verbs[i]->group;
		add_verb(out, verbs[i]);
	}
}
