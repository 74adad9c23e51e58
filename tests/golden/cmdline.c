/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Golden cases of the command line.
 *
 * usage: golden-cmdline FOLDER
 *
 * Each sub-folder is a case: "argv" has one argument per line. What comes of it is in
 *	expected.argv		the command line that is printed back; it is parsed again, and must
 *				print the same again
 *	expected.warnings	one per line, when there are some
 *	expected.text		what -help and its like print
 *	expected.err		or the one-line error
 * A file that should not be there is a failure too. With TERRACE_GOLDEN_UPDATE=1 in the environment
 * the expectations are rewritten instead; look at the difference before it is committed.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "base/util.h"
#include "cmdline/cmdline.h"

static unsigned int n_cases, n_failures;

static void die(const char *what)
{
	perror(what);
	exit(2);
}

/* The whole file; NULL when there is none. */
static char *load(const char *path)
{
	AUTO_STRBUF text = STRBUF_INIT;
	FILE *file = fopen(path, "re");
	char block[4096];
	size_t n;

	if (!file) {
		if (errno != ENOENT)
			die(path);
		return NULL;
	}
	while ((n = fread(block, 1, sizeof(block), file)) > 0)
		strbuf_add(&text, block, n);
	fclose(file);
	return strbuf_take(&text);
}

static void save(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	if (!file || fputs(text, file) < 0 || fclose(file))
		die(path);
}

/* Compares (or rewrites) FOLDER/name with text; NULL text: there must be no such file. */
static void expect(const char *folder, const char *name, const char *text)
{
	const char *update = getenv("TERRACE_GOLDEN_UPDATE");
	autofree char *path = NULL, *expected = NULL;

	if (asprintf(&path, "%s/%s", folder, name) < 0)
		die(folder);
	if (update && !strcmp(update, "1")) {
		if (text)
			save(path, text);
		else
			unlink(path);
		return;
	}
	expected = load(path);
	if (!text && !expected)
		return;
	if (text && expected && !strcmp(text, expected))
		return;
	n_failures++;
	fprintf(stderr, "%s:\n--- expected\n%s--- is\n%s", path, expected ? expected : "(nothing)\n",
		text ? text : "(nothing)\n");
}

/* Splits text into lines behind a program name. Pointers into text, which it cuts. */
static char **split(char *text, int *ret_argc)
{
	char **argv = calloc(strlen(text) + 3, sizeof(*argv));
	static char program[] = "terrace-vmm";
	int argc = 0;

	if (!argv)
		die("argv");
	argv[argc++] = program;
	for (char *line = text, *end; *line; line = end + 1) {
		end = strchr(line, '\n');
		if (!end) {
			argv[argc++] = line;
			break;
		}
		*end = '\0';
		argv[argc++] = line;
	}
	*ret_argc = argc;
	return argv;
}

static char *print(const struct vm_spec *spec, struct strbuf *lines)
{
	AUTO_CMDLINE_ARGV(printed);

	if (cmdline_print(spec, &printed, NULL) < 0)
		die("cmdline_print");
	for (int i = 0; i < printed.argc; i++)
		strbuf_addf(lines, "%s\n", printed.argv[i]);
	return strbuf_take(lines);
}

static void check_fixpoint(const char *folder, const char *printed)
{
	autofree char *text = strdup(printed), *again = NULL;
	struct cmdline_action action = CMDLINE_ACTION_INIT;
	AUTO_STRBUF lines = STRBUF_INIT;
	AUTO(vm_spec) spec = NULL;
	autofree char **argv = NULL;
	struct err err = ERR_INIT;
	int argc;

	argv = split(text, &argc);
	if (cmdline_parse(argc, argv, &spec, &action, &err) < 0) {
		n_failures++;
		fprintf(stderr, "%s: what was printed is refused: %s: %s\n", folder, err.subject,
			err.message);
		return;
	}
	again = print(spec, &lines);
	cmdline_action_fini(&action);
	if (!strcmp(again, printed))
		return;
	n_failures++;
	fprintf(stderr, "%s: not stable:\n--- first\n%s--- second\n%s", folder, printed, again);
}

static void check_spec(const char *folder, const struct vm_spec *spec)
{
	AUTO_STRBUF lines = STRBUF_INIT;
	AUTO_STRBUF warnings = STRBUF_INIT;
	autofree char *printed = print(spec, &lines);

	for (size_t i = 0; i < spec->n_warnings; i++)
		strbuf_addf(&warnings, "%s\n", spec->warnings[i]);
	expect(folder, "expected.argv", printed);
	expect(folder, "expected.warnings", warnings.length ? strbuf_text(&warnings) : NULL);
	check_fixpoint(folder, printed);
}

static void run(const char *folder)
{
	struct cmdline_action action = CMDLINE_ACTION_INIT;
	autofree char *path = NULL, *text = NULL;
	AUTO_STRBUF error = STRBUF_INIT;
	AUTO(vm_spec) spec = NULL;
	autofree char **argv = NULL;
	struct err err = ERR_INIT;
	char line[ERR_SUBJECT_MAX + ERR_MESSAGE_MAX + 2];
	int argc, ret;

	if (asprintf(&path, "%s/argv", folder) < 0)
		die(folder);
	text = load(path);
	if (!text)
		die(path);
	argv = split(text, &argc);
	ret = cmdline_parse(argc, argv, &spec, &action, &err);
	if (ret < 0)
		strbuf_addf(&error, "terrace-vmm: %s\n", err_text(&err, line, sizeof(line)));
	expect(folder, "expected.err", ret < 0 ? strbuf_text(&error) : NULL);
	expect(folder, "expected.text", action.text);
	if (spec) {
		check_spec(folder, spec);
	} else {
		expect(folder, "expected.argv", NULL);
		expect(folder, "expected.warnings", NULL);
	}
	cmdline_action_fini(&action);
}

static int is_case(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && !strchr(entry->d_name, '.');
}

int main(int argc, char **argv)
{
	struct dirent **cases;
	int n;

	if (argc != 2)
		return 2;
	n = scandir(argv[1], &cases, is_case, alphasort);
	if (n <= 0)
		die(argv[1]);
	for (int i = 0; i < n; i++) {
		autofree char *folder = NULL;

		if (cases[i]->d_type == DT_DIR) {
			if (asprintf(&folder, "%s/%s", argv[1], cases[i]->d_name) < 0)
				die(argv[1]);
			run(folder);
			n_cases++;
		}
		free(cases[i]);
	}
	free(cases);
	printf("%u cases, %u failures\n", n_cases, n_failures);
	return n_failures ? 1 : 0;
}
