/* SPDX-License-Identifier: Apache-2.0 */
/* Help texts, all from the option table: see cmdline.h and option.h. */
#include <assert.h>
#include <string.h>

#include "base/util.h"
#include "cmdline/option.h"

static const char *const group_titles[] = {
	[CMDLINE_GROUP_STANDARD] = "Standard options",
	[CMDLINE_GROUP_MEMORY] = "Memory and cells",
	[CMDLINE_GROUP_BOOT] = "Linux boot",
	[CMDLINE_GROUP_CHARDEV] = "Serial port, monitors, display",
	[CMDLINE_GROUP_PROGRAM] = "Program",
};
static_assert(ARRAY_SIZE(group_titles) == CMDLINE_GROUP_COUNT, "one title per group");

static void add_option(const struct cmdline_option *option, struct strbuf *text)
{
	AUTO_STRBUF left = STRBUF_INIT;

	strbuf_addf(&left, "-%s", option->name);
	if (option->alias)
		strbuf_addf(&left, " or -%s", option->alias);
	if (option->arg)
		strbuf_addf(&left, " %s", option->arg);
	if (left.length < 24)
		strbuf_addf(text, "%-24s%s\n", strbuf_text(&left), option->help);
	else
		strbuf_addf(text, "%s\n%24s%s\n", strbuf_text(&left), "", option->help);
}

char *cmdline_help(void)
{
	AUTO_STRBUF text = STRBUF_INIT;

	strbuf_add_text(&text, "terrace-vmm version " TERRACE_VERSION "\n"
			       "usage: terrace-vmm [options] -kernel FILE\n");
	for (int group = 0; group < CMDLINE_GROUP_COUNT; group++) {
		strbuf_addf(&text, "\n%s:\n", group_titles[group]);
		for (size_t i = 0; i < cmdline_n_options; i++)
			if ((int)cmdline_options[i].group == group)
				add_option(&cmdline_options[i], &text);
	}
	strbuf_add_text(
		&text, "\nA comma inside a value is written twice. Sizes take k, M, G, T, P or E.\n"
		       "-OPTION help lists the properties of an option.\n");
	return strbuf_take(&text);
}

char *cmdline_option_help(const struct cmdline_option *option, const struct cmdline_props *props)
{
	AUTO_STRBUF text = STRBUF_INIT;

	if (props) {
		strbuf_addf(&text, "%s properties:\n", props->name);
		cmdline_props_help(props, &text);
		return strbuf_take(&text);
	}
	if (option->choices) {
		strbuf_addf(&text, "-%s:\n", option->name);
		for (const struct cmdline_choice *row = option->choices; row->name; row++)
			strbuf_addf(&text, "  %-22s %s\n", row->name, row->help);
	}
	if (option->props && option->type_key) {
		strbuf_addf(&text, "-%s types (-%s TYPE,help lists the properties):\n",
			    option->name, option->name);
		for (size_t i = 0; option->props[i]; i++)
			strbuf_addf(&text, "  %-22s %s\n", option->props[i]->name,
				    option->props[i]->help);
	} else if (option->props) {
		strbuf_addf(&text, "-%s properties:\n", option->name);
		cmdline_props_help(option->props[0], &text);
	}
	return strbuf_take(&text);
}
