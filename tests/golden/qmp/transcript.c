/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Replays QMP dialogues: "> " lines go to a session (with CRLF), its answers must be the "< " lines
 * that follow. Lines that begin with "#" and empty lines are kept as they are.
 *
 * usage: transcript FILE
 * TERRACE_GOLDEN_UPDATE=1 rewrites the answers.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/strbuf.h"
#include "fake.h"

static void __attribute__((noreturn)) die(const char *what)
{
	perror(what);
	exit(2);
}

static void read_file(const char *path, struct strbuf *text)
{
	FILE *file = fopen(path, "r");
	char bytes[4096];
	size_t count;

	if (!file)
		die(path);
	while ((count = fread(bytes, 1, sizeof(bytes), file)) > 0)
		strbuf_add(text, bytes, count);
	fclose(file);
}

static void write_file(const char *path, const struct strbuf *text)
{
	FILE *file = fopen(path, "w");

	if (!file || fwrite(text->text, 1, text->length, file) != text->length || fclose(file))
		die(path);
}

/* Appends what the session said, each line behind "< " and without CR. */
static void take_answers(struct strbuf *said, struct strbuf *transcript)
{
	char *line = said->text, *end;

	while (line && (end = strstr(line, "\r\n"))) {
		strbuf_add_text(transcript, "< ");
		strbuf_add(transcript, line, (size_t)(end - line));
		strbuf_add_char(transcript, '\n');
		line = end + 2;
	}
	strbuf_reset(said);
}

static void play(char *text, struct strbuf *transcript)
{
	struct fake_machine machine = { 0 };
	AUTO_STRBUF said = STRBUF_INIT;
	AUTO(qmp_session) session = qmp_session_new(&fake_schema, &machine, fake_write, &said);
	bool greeted = false;

	if (!session)
		die("qmp_session_new");
	machine.session = session;
	for (char *line = text, *next; *line; line = next) {
		size_t length = strcspn(line, "\n");

		next = line + length + (line[length] == '\n');
		if (*line == '<')
			continue;
		/* The greeting stands behind the heading. */
		if (!greeted && *line != '#')
			take_answers(&said, transcript);
		greeted = greeted || *line != '#';
		strbuf_add(transcript, line, length);
		strbuf_add_char(transcript, '\n');
		if (*line != '>')
			continue;
		qmp_session_feed(session, line + 2, length > 2 ? length - 2 : 0);
		qmp_session_feed(session, "\r\n", 2);
		take_answers(&said, transcript);
	}
}

int main(int argc, char **argv)
{
	AUTO_STRBUF expected = STRBUF_INIT;
	AUTO_STRBUF actual = STRBUF_INIT;

	if (argc != 2) {
		fprintf(stderr, "usage: %s FILE\n", argv[0]);
		return 2;
	}
	read_file(argv[1], &expected);
	if (!expected.text)
		die(argv[1]);
	play(expected.text, &actual);
	if (getenv("TERRACE_GOLDEN_UPDATE")) {
		write_file(argv[1], &actual);
		return 0;
	}
	if (!strcmp(expected.text, actual.text))
		return 0;
	fprintf(stderr, "%s: the dialogue is now:\n%s", argv[1], actual.text);
	return 1;
}
