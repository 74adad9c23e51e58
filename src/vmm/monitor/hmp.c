/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The human monitor: see hmp.h.
 *
 * Model: bytes are collected into a line of at most HMP_LINE_MAX, echoed as they come; carriage return or
 * line feed ends it. A line feed right behind a carriage return is part of it. An escape sequence
 * (ECMA-48, 5.4: ESC [ ... final byte 0x40-0x7e) is swallowed.
 */
#include "vmm/monitor/hmp.h"

#include <stdlib.h>
#include <string.h>

#include "base/util.h"

#define PROMPT "(terrace) "

#define CTRL(letter) ((letter) - '@')

enum escape_state {
	NO_ESCAPE,
	ESCAPE,	  /* behind ESC */
	SEQUENCE, /* behind ESC [ or ESC O */
};

struct hmp {
	const struct qmp_schema *schema;
	void *command_context;
	hmp_write write;
	void *write_context;
	bool greeted;
	bool after_return;
	enum escape_state escape;
	size_t length;
	char line[HMP_LINE_MAX + 1];
};

struct hmp *hmp_new(const struct qmp_schema *schema, void *command_context, hmp_write write,
		    void *write_context)
{
	struct hmp *hmp = calloc(1, sizeof(*hmp));

	if (!hmp)
		return NULL;
	hmp->schema = schema;
	hmp->command_context = command_context;
	hmp->write = write;
	hmp->write_context = write_context;
	return hmp;
}

void hmp_free(struct hmp *hmp)
{
	free(hmp);
}

static void say(struct hmp *hmp, const char *text)
{
	hmp->write(hmp->write_context, text, strlen(text));
}

/* Line ends become "\r\n". */
static void say_lines(struct hmp *hmp, const char *text)
{
	AUTO_STRBUF out = STRBUF_INIT;

	for (; *text; text++) {
		if (*text == '\n')
			strbuf_add_char(&out, '\r');
		strbuf_add_char(&out, *text);
	}
	if (out.length && !out.failed)
		hmp->write(hmp->write_context, out.text, out.length);
}

void hmp_show_prompt(struct hmp *hmp)
{
	if (!hmp->greeted)
		say(hmp, "terrace-vmm " TERRACE_VERSION
			 " monitor - type 'help' for more information\r\n");
	hmp->greeted = true;
	say(hmp, PROMPT);
	hmp->write(hmp->write_context, hmp->line, hmp->length);
}

/* ---- Commands ---- */

static const struct hmp_command *find(const struct hmp_command *rows, size_t n_rows,
				      const char *name)
{
	for (size_t i = 0; i < n_rows; i++)
		if (!strcmp(rows[i].name, name) || (rows[i].alias && !strcmp(rows[i].alias, name)))
			return &rows[i];
	return NULL;
}

static void run_row(struct hmp *hmp, const struct hmp_command *row, struct strbuf *out)
{
	const struct qmp_command *command = row->command
						    ? qmp_schema_command(hmp->schema, row->command)
						    : NULL;
	AUTO(json) none = json_new_object();
	AUTO(json) value = NULL;
	struct err err = ERR_INIT;
	char text[ERR_SUBJECT_MAX + ERR_MESSAGE_MAX];

	if (row->command && !command)
		strbuf_addf(out, "Error: The command %s has not been found\n", row->command);
	else if (command && command->run(hmp->command_context, none, &value, &err) < 0)
		strbuf_addf(out, "Error: %s\n", err_text(&err, text, sizeof(text)));
	else if (row->print)
		row->print(value, out);
}

/* Both words may be NULL. "info" alone lists what there is. */
static void run_words(struct hmp *hmp, const char *word, const char *topic, const char *rest,
		      struct strbuf *out)
{
	const struct hmp_command *row;

	if (!strcmp(word, "info")) {
		row = topic ? find(hmp_info_commands, hmp_info_command_count, topic)
			    : find(hmp_commands, hmp_command_count, "help");
		if (!row)
			strbuf_addf(out, "unknown command: 'info %s'\n", topic);
	} else {
		row = find(hmp_commands, hmp_command_count, word);
		if (!row)
			strbuf_addf(out, "unknown command: '%s'\n", word);
		rest = topic;
	}
	if (row && rest)
		strbuf_addf(out, "%s: extraneous characters at the end of line\n", word);
	else if (row)
		run_row(hmp, row, out);
}

static void run_line(struct hmp *hmp)
{
	AUTO_STRBUF out = STRBUF_INIT;
	char line[HMP_LINE_MAX + 1], *at = NULL, *word, *topic, *rest;

	memcpy(line, hmp->line, hmp->length);
	line[hmp->length] = '\0';
	hmp->length = 0;
	word = strtok_r(line, " \t", &at);
	topic = strtok_r(NULL, " \t", &at);
	rest = strtok_r(NULL, " \t", &at);
	if (!word)
		return;
	run_words(hmp, word, topic, rest, &out);
	say_lines(hmp, strbuf_text(&out));
}

/* ---- Keys ---- */

static void erase(struct hmp *hmp, size_t n)
{
	for (; n > 0 && hmp->length > 0; n--) {
		hmp->length--;
		say(hmp, "\b \b");
	}
}

static size_t last_word(const struct hmp *hmp)
{
	size_t at = hmp->length;

	while (at > 0 && hmp->line[at - 1] == ' ')
		at--;
	while (at > 0 && hmp->line[at - 1] != ' ')
		at--;
	return hmp->length - at;
}

static void end_line(struct hmp *hmp)
{
	say(hmp, "\r\n");
	run_line(hmp);
	hmp_show_prompt(hmp);
}

static void on_printable(struct hmp *hmp, char byte)
{
	if (hmp->length == HMP_LINE_MAX)
		return;
	hmp->line[hmp->length++] = byte;
	hmp->write(hmp->write_context, &byte, 1);
}

/* True when the byte belonged to an escape sequence. */
static bool swallow_escape(struct hmp *hmp, char byte)
{
	switch (hmp->escape) {
	case NO_ESCAPE:
		if (byte != CTRL('['))
			return false;
		hmp->escape = ESCAPE;
		return true;
	case ESCAPE:
		hmp->escape = byte == '[' || byte == 'O' ? SEQUENCE : NO_ESCAPE;
		return true;
	case SEQUENCE:
		if (byte >= 0x40 && byte <= 0x7e)
			hmp->escape = NO_ESCAPE;
		return true;
	}
	return false;
}

static void on_byte(struct hmp *hmp, char byte)
{
	bool after_return = hmp->after_return;

	hmp->after_return = byte == '\r';
	if (swallow_escape(hmp, byte))
		return;
	switch (byte) {
	case '\n':
		if (after_return)
			return;
		end_line(hmp);
		break;
	case '\r':
		end_line(hmp);
		break;
	case '\b':
	case 0x7f:
		erase(hmp, 1);
		break;
	case CTRL('C'):
	case CTRL('U'):
		erase(hmp, hmp->length);
		break;
	case CTRL('W'):
		erase(hmp, last_word(hmp));
		break;
	default:
		if (byte >= ' ' && byte < 0x7f)
			on_printable(hmp, byte);
		break;
	}
}

void hmp_feed(struct hmp *hmp, const char *bytes, size_t n_bytes)
{
	for (size_t i = 0; i < n_bytes; i++)
		on_byte(hmp, bytes[i]);
}
