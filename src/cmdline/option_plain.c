/* SPDX-License-Identifier: Apache-2.0 */
/* Options that need no property table: flags, plain strings, fixed choices. See option.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "cmdline/option.h"

int cmdline_read_flag(struct cmdline_parser *parser, const struct cmdline_option *option,
		      const char *arg, struct err *err)
{
	(void)arg;
	(void)err;
	*(bool *)((char *)parser->spec + option->offset) = true;
	return 0;
}

int cmdline_print_flag(const struct vm_spec *spec, const struct cmdline_option *option,
		       struct cmdline_argv *argv)
{
	if (!*(const bool *)((const char *)spec + option->offset))
		return 0;
	return cmdline_argv_add(argv, option->name, NULL);
}

int cmdline_read_string(struct cmdline_parser *parser, const struct cmdline_option *option,
			const char *arg, struct err *err)
{
	char **slot = (char **)(void *)((char *)parser->spec + option->offset);
	char *copy = strdup(arg);

	if (!copy)
		return err_set(err, ERR_HOST, -ENOMEM, NULL, "not enough memory");
	free(*slot);
	*slot = copy;
	return 0;
}

int cmdline_print_string(const struct vm_spec *spec, const struct cmdline_option *option,
			 struct cmdline_argv *argv)
{
	const char *text = *(char *const *)(const void *)((const char *)spec + option->offset);

	return text ? cmdline_argv_add(argv, option->name, text) : 0;
}

int cmdline_read_ignored(struct cmdline_parser *parser, const struct cmdline_option *option,
			 const char *arg, struct err *err)
{
	(void)parser;
	(void)option;
	(void)arg;
	(void)err;
	return 0;
}

int cmdline_read_choice(struct cmdline_parser *parser, const struct cmdline_option *option,
			const char *arg, struct err *err)
{
	const char *nearest = NULL;

	(void)parser;
	for (const struct cmdline_choice *choice = option->choices; choice->name; choice++) {
		if (!strcmp(choice->name, arg))
			return 0;
		nearest_offer(arg, choice->name, &nearest);
	}
	return err_set(err, ERR_UNSUPPORTED, -EINVAL, NULL,
		       "'%.60s' is not available: terrace-vmm only has '%s'", arg,
		       nearest ? nearest : option->choices[0].name);
}

static int text_action(struct cmdline_parser *parser, char *text, struct err *err)
{
	if (!text)
		return err_set(err, ERR_HOST, -ENOMEM, NULL, "not enough memory");
	free(parser->action->text);
	parser->action->kind = CMDLINE_TEXT;
	parser->action->text = text;
	return 0;
}

int cmdline_read_help(struct cmdline_parser *parser, const struct cmdline_option *option,
		      const char *arg, struct err *err)
{
	(void)option;
	(void)arg;
	return text_action(parser, cmdline_help(), err);
}

int cmdline_read_version(struct cmdline_parser *parser, const struct cmdline_option *option,
			 const char *arg, struct err *err)
{
	(void)option;
	(void)arg;
	return text_action(parser, strdup("terrace-vmm version " TERRACE_VERSION "\n"), err);
}

int cmdline_read_dump_plan(struct cmdline_parser *parser, const struct cmdline_option *option,
			   const char *arg, struct err *err)
{
	(void)option;
	(void)arg;
	(void)err;
	parser->action->kind = CMDLINE_DUMP_PLAN;
	return 0;
}
