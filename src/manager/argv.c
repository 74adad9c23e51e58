/* SPDX-License-Identifier: Apache-2.0 */
/* The command line as a whole: see argv.h. The order of the parts is libvirt's. */
#include "manager/argv.h"

#include <errno.h>
#include <string.h>

#include "base/util.h"
#include "manager/argv_line.h"

void argv_fini(struct argv *argv)
{
	free(argv->argv);
	*argv = (struct argv){ 0 };
}

static void add_start(struct argv_line *line)
{
	argv_word(line, line->emulator->path);
	argv_option(line, "-name", "guest=");
	argv_add_value(line, line->domain->name);
	argv_add(line, ",debug-threads=on");
	argv_end(line);
	if (line->context->paused)
		argv_word(line, "-S");
}

static int add_overcommit(struct argv_line *line, struct err *err)
{
	(void)err;
	argv_option(line, "-overcommit", "mem-lock=%s",
		    line->domain->memory_backing.locked ? "on" : "off");
	argv_end(line);
	return 0;
}

static void add_end(struct argv_line *line)
{
	const char *escape = line->spawns ? "allow" : "deny";

	if (line->emulator->sandbox) {
		argv_option(line, "-sandbox",
			    "on,obsolete=deny,elevateprivileges=%s,spawn=%s,resourcecontrol=deny",
			    escape, escape);
		argv_end(line);
	}
	argv_option(line, "-msg", "timestamp=on");
	argv_end(line);
}

/* Pointers and words in one allocation. */
static int pack(struct argv_line *line, struct argv *ret_argv, struct err *err)
{
	size_t pointers_bytes = ((size_t)line->n_words + 1) * sizeof(char *);
	char **argv = line->words.failed ? NULL : malloc(pointers_bytes + line->words.length);
	char *words = (char *)argv + pointers_bytes;

	if (!argv)
		return err_set(err, ERR_HOST, -ENOMEM, NULL, "out of memory");
	memcpy(words, line->words.text, line->words.length);
	for (int i = 0; i < line->n_words; i++) {
		argv[i] = words;
		words += strlen(words) + 1;
	}
	argv[line->n_words] = NULL;
	*ret_argv = (struct argv){ argv, line->n_words };
	return 0;
}

int argv_build(const struct domain_spec *domain, const struct placement *placement,
	       const struct emulator *emulator, const struct argv_context *context,
	       struct argv *ret_argv, struct err *err)
{
	static int (*const parts[])(struct argv_line *, struct err *) = {
		argv_add_machine,	 argv_add_memory,  add_overcommit,   argv_add_smp,
		argv_add_iothreads,	 argv_add_cells,   argv_add_program, argv_add_controllers,
		argv_add_memory_devices, argv_add_devices,
	};
	static const struct argv_context no_context;
	struct argv_line line = {
		.domain = domain,
		.placement = placement,
		.emulator = emulator,
		.context = context ? context : &no_context,
	};
	int ret = 0;

	add_start(&line);
	for (size_t i = 0; i < ARRAY_SIZE(parts) && ret == 0; i++)
		ret = parts[i](&line, err);
	if (ret == 0) {
		add_end(&line);
		ret = pack(&line, ret_argv, err);
	}
	strbuf_fini(&line.words);
	return ret;
}

/* Does a shell read the word as it is? */
static bool is_plain(const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "-_=+:,./@%";

	return *word && word[strspn(word, plain)] == '\0';
}

char *argv_quote(const struct argv *argv)
{
	AUTO_STRBUF text = STRBUF_INIT;

	for (int i = 0; i < argv->argc; i++) {
		const char *word = argv->argv[i];

		if (i)
			strbuf_add_char(&text, ' ');
		if (is_plain(word)) {
			strbuf_add_text(&text, word);
			continue;
		}
		strbuf_add_char(&text, '\'');
		for (; *word; word++) {
			if (*word == '\'')
				strbuf_add_text(&text, "'\\''");
			else
				strbuf_add_char(&text, *word);
		}
		strbuf_add_char(&text, '\'');
	}
	return strbuf_take(&text);
}
