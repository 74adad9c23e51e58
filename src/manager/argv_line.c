/* SPDX-License-Identifier: Apache-2.0 */
/* Words of a command line in the making: see argv_line.h. */
#include "manager/argv_line.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void add_fmt(struct argv_line *line, const char *fmt, va_list ap)
{
	char text[512], *large = NULL;
	va_list again;
	int length;

	va_copy(again, ap);
	length = vsnprintf(text, sizeof(text), fmt, ap);
	if (length >= (int)sizeof(text))
		length = vasprintf(&large, fmt, again);
	va_end(again);
	if (length < 0)
		line->words.failed = true;
	else
		strbuf_add(&line->words, large ? large : text, (size_t)length);
	free(large);
}

void argv_word(struct argv_line *line, const char *word)
{
	strbuf_add_text(&line->words, word);
	argv_end(line);
}

void argv_option(struct argv_line *line, const char *name, const char *fmt, ...)
{
	va_list ap;

	argv_word(line, name);
	va_start(ap, fmt);
	add_fmt(line, fmt, ap);
	va_end(ap);
}

void argv_add(struct argv_line *line, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_fmt(line, fmt, ap);
	va_end(ap);
}

void argv_end(struct argv_line *line)
{
	strbuf_add_char(&line->words, '\0');
	line->n_words++;
}

void argv_add_value(struct argv_line *line, const char *text)
{
	for (const char *p = text; *p;) {
		size_t length = strcspn(p, ",");

		strbuf_add(&line->words, p, length);
		p += length;
		if (*p++ != ',')
			break;
		strbuf_add_text(&line->words, ",,");
	}
}

void argv_add_pair(struct argv_line *line, const char *key, const char *text)
{
	if (!text)
		return;
	strbuf_add_text(&line->words, key);
	argv_add_value(line, text);
}

/* ---- JSON ---- */

void argv_json_open(struct argv_line *line, const char *option)
{
	argv_word(line, option);
	strbuf_add_char(&line->words, '{');
	line->json_comma = false;
}

void argv_json_close(struct argv_line *line)
{
	strbuf_add_char(&line->words, '}');
	argv_end(line);
}

static void json_escaped(struct strbuf *out, const char *text)
{
	for (const char *p = text; *p; p++) {
		if (*p == '"' || *p == '\\')
			strbuf_add_char(out, '\\');
		if ((unsigned char)*p < ' ')
			strbuf_addf(out, "\\u%04x", (unsigned char)*p);
		else
			strbuf_add_char(out, *p);
	}
}

static void json_text(struct strbuf *out, const char *text)
{
	strbuf_add_char(out, '"');
	json_escaped(out, text);
	strbuf_add_char(out, '"');
}

static void json_name(struct argv_line *line, const char *name)
{
	if (line->json_comma)
		strbuf_add_char(&line->words, ',');
	line->json_comma = true;
	json_text(&line->words, name);
	strbuf_add_char(&line->words, ':');
}

void argv_json_string(struct argv_line *line, const char *name, const char *text)
{
	json_name(line, name);
	json_text(&line->words, text);
}

void argv_json_prefixed(struct argv_line *line, const char *name, const char *prefix,
			const char *text)
{
	json_name(line, name);
	strbuf_add_char(&line->words, '"');
	json_escaped(&line->words, prefix);
	json_escaped(&line->words, text);
	strbuf_add_char(&line->words, '"');
}

void argv_json_u64(struct argv_line *line, const char *name, uint64_t value)
{
	json_name(line, name);
	strbuf_addf(&line->words, "%" PRIu64, value);
}

void argv_json_bool(struct argv_line *line, const char *name, bool value)
{
	json_name(line, name);
	strbuf_add_text(&line->words, value ? "true" : "false");
}

void argv_json_set(struct argv_line *line, const char *name, const struct idset *set)
{
	const char *before = "";

	json_name(line, name);
	strbuf_add_char(&line->words, '[');
	for (int id = idset_next(set, 0); id >= 0; id = idset_next(set, (unsigned int)id + 1)) {
		strbuf_addf(&line->words, "%s%d", before, id);
		before = ",";
	}
	strbuf_add_char(&line->words, ']');
}

/* ---- refusals ---- */

static const char *subject_of(const char *element, size_t number, char subject[ERR_SUBJECT_MAX])
{
	if (number)
		snprintf(subject, ERR_SUBJECT_MAX, "/domain/%s[%zu]", element, number);
	else
		snprintf(subject, ERR_SUBJECT_MAX, "/domain/%s", element);
	return subject;
}

int argv_refuse(struct err *err, const char *element, size_t number, const char *fmt, ...)
{
	char subject[ERR_SUBJECT_MAX], message[ERR_MESSAGE_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	return err_set(err, ERR_UNSUPPORTED, -ENOTSUP, subject_of(element, number, subject), "%s",
		       message);
}

int argv_unsupported(const struct argv_line *line, struct err *err, const char *element,
		     size_t number, const char *fmt, ...)
{
	char subject[ERR_SUBJECT_MAX], what[200];
	va_list ap;

	subject_of(element, number, subject);
	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	/* Whoever has the emulation is a QEMU, and another QEMU is no remedy unless it is newer. */
	if (line->emulator->accel_tcg)
		return err_set(err, ERR_UNSUPPORTED, -ENOTSUP, subject,
			       "%s has no %s: use a newer one or remove it", line->emulator->name,
			       what);
	return err_set(err, ERR_UNSUPPORTED, -ENOTSUP, subject,
		       "%s has no %s: use <emulator>/usr/bin/qemu-system-x86_64</emulator> or "
		       "remove it",
		       line->emulator->name, what);
}
