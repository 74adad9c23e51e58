/* SPDX-License-Identifier: Apache-2.0 */
/* spec -> argv: see cmdline.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmdline/option.h"

void cmdline_argv_fini(struct cmdline_argv *argv)
{
	for (int i = 0; i < argv->argc; i++)
		free(argv->argv[i]);
	free(argv->argv);
	*argv = CMDLINE_ARGV_INIT;
}

/* Takes word, also on failure. */
static int add_word(struct cmdline_argv *argv, char *word)
{
	char **words;

	if (!word)
		return -ENOMEM;
	words = reallocarray(argv->argv, (size_t)argv->argc + 1, sizeof(*words));
	if (!words) {
		free(word);
		return -ENOMEM;
	}
	argv->argv = words;
	words[argv->argc++] = word;
	return 0;
}

int cmdline_argv_add(struct cmdline_argv *argv, const char *name, const char *arg)
{
	AUTO_STRBUF dashed = STRBUF_INIT;
	int ret;

	strbuf_addf(&dashed, "-%s", name);
	ret = add_word(argv, strbuf_take(&dashed));
	return ret < 0 || !arg ? ret : add_word(argv, strdup(arg));
}

int cmdline_argv_add_text(struct cmdline_argv *argv, const char *name, struct strbuf *arg)
{
	int ret = cmdline_argv_add(argv, name, NULL);

	return ret < 0 ? ret : add_word(argv, strbuf_take(arg));
}

int cmdline_print(const struct vm_spec *spec, struct cmdline_argv *ret_argv, struct err *err)
{
	AUTO_CMDLINE_ARGV(argv);

	for (size_t i = 0; i < cmdline_n_options; i++) {
		const struct cmdline_option *option = &cmdline_options[i];
		int ret = option->print ? option->print(spec, option, &argv) : 0;

		if (ret < 0)
			return err_set(err, ERR_HOST, ret, NULL, "not enough memory");
	}
	*ret_argv = argv;
	argv = CMDLINE_ARGV_INIT;
	return 0;
}
