/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Golden cases of domain XML.
 *
 * usage: golden-domain FOLDER EXAMPLES DATA
 *
 * Each sub-folder is a case: "domain.xml", read laxly where there is a file "lax". What comes of it
 * is in
 *	expected.xml		the XML that is printed back; it is read again, and must print the
 *				same again; it and domain.xml must follow the schema
 *	expected.warnings	one per line, when there are some
 *	expected.err		or the one-line error
 * A file that should not be there is a failure too. EXAMPLES is a folder of XML files that must be
 * read, follow the schema and print stably; DATA is the
 * folder of the schema. With TERRACE_GOLDEN_UPDATE=1 in the environment the
 * expectations are rewritten instead; look at the difference before it is committed.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "base/util.h"
#include "domain/domain.h"

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
	fprintf(stderr, "%s:\n--- expected\n%s--- is\n%s", path,
		expected ? expected : "(nothing)\n", text ? text : "(nothing)\n");
}

static char *schema;

static void fail(const char *folder, const char *what, const struct err *err)
{
	char line[ERR_SUBJECT_MAX + ERR_MESSAGE_MAX + 2];

	n_failures++;
	fprintf(stderr, "%s: %s: %s\n", folder, what, err_text(err, line, sizeof(line)));
}

static void check_schema(const char *folder, const char *text)
{
	struct err err = ERR_INIT;

	if (domain_schema_check(schema, text, strlen(text), "expected.xml", &err) < 0)
		fail(folder, "does not follow the schema", &err);
}

static void check_fixpoint(const char *folder, const char *printed)
{
	AUTO(domain_spec) domain = NULL;
	struct err err = ERR_INIT;
	autofree char *again = NULL;

	if (domain_read(printed, strlen(printed), "expected.xml", DOMAIN_READ_LAX, &domain, &err) <
	    0) {
		fail(folder, "what was printed is refused", &err);
		return;
	}
	if (domain_print(domain, &again, NULL) < 0)
		die("domain_print");
	if (!strcmp(again, printed))
		return;
	n_failures++;
	fprintf(stderr, "%s: not stable:\n--- first\n%s--- second\n%s", folder, printed, again);
}

static char *join(const char *folder, const char *name)
{
	char *path;

	if (asprintf(&path, "%s/%s", folder, name) < 0)
		die(folder);
	return path;
}

static void run(const char *folder)
{
	autofree char *path = join(folder, "domain.xml"), *lax = join(folder, "lax");
	autofree char *text = load(path), *printed = NULL;
	bool is_lax = access(lax, F_OK) == 0;
	char line[ERR_SUBJECT_MAX + ERR_MESSAGE_MAX + 2];
	AUTO_STRBUF error = STRBUF_INIT;
	AUTO_STRBUF warnings = STRBUF_INIT;
	AUTO(domain_spec) domain = NULL;
	struct err err = ERR_INIT;

	if (!text)
		die(path);
	if (domain_read(text, strlen(text), path, is_lax ? DOMAIN_READ_LAX : 0, &domain, &err) < 0)
		strbuf_addf(&error, "%s\n", err_text(&err, line, sizeof(line)));
	else if (domain_print(domain, &printed, NULL) < 0)
		die("domain_print");
	for (size_t i = 0; domain && i < domain->n_warnings; i++)
		strbuf_addf(&warnings, "%s\n", domain->warnings[i]);
	expect(folder, "expected.err", error.length ? strbuf_text(&error) : NULL);
	expect(folder, "expected.xml", printed);
	expect(folder, "expected.warnings", warnings.length ? strbuf_text(&warnings) : NULL);
	if (!printed)
		return;
	check_fixpoint(folder, printed);
	if (!is_lax) {
		check_schema(folder, text);
		check_schema(folder, printed);
	}
}

static void run_example(const char *path)
{
	autofree char *text = load(path), *printed = NULL;
	AUTO(domain_spec) domain = NULL;
	struct err err = ERR_INIT;

	if (!text)
		die(path);
	check_schema(path, text);
	if (domain_read(text, strlen(text), path, 0, &domain, &err) < 0) {
		fail(path, "is refused", &err);
		return;
	}
	for (size_t i = 0; i < domain->n_warnings; i++) {
		n_failures++;
		fprintf(stderr, "%s: warns: %s\n", path, domain->warnings[i]);
	}
	if (domain_print(domain, &printed, NULL) < 0)
		die("domain_print");
	check_fixpoint(path, printed);
	check_schema(path, printed);
}

static int is_xml(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot && !strcmp(dot, ".xml");
}

static void run_examples(const char *folder)
{
	struct dirent **files;
	int n = scandir(folder, &files, is_xml, alphasort);

	if (n <= 0)
		die(folder);
	for (int i = 0; i < n; i++) {
		autofree char *path = join(folder, files[i]->d_name);

		run_example(path);
		n_cases++;
		free(files[i]);
	}
	free(files);
}

static int is_case(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && !strchr(entry->d_name, '.');
}

static void run_cases(const char *folder)
{
	struct dirent **cases;
	int n = scandir(folder, &cases, is_case, alphasort);

	if (n <= 0)
		die(folder);
	for (int i = 0; i < n; i++) {
		autofree char *path = join(folder, cases[i]->d_name);

		if (cases[i]->d_type == DT_DIR) {
			run(path);
			n_cases++;
		}
		free(cases[i]);
	}
	free(cases);
}

int main(int argc, char **argv)
{
	if (argc != 4)
		return 2;
	if (domain_schema_print(&schema, NULL) < 0)
		die("domain_schema_print");
	/* data/terrace-domain.rng is what the tables say. */
	expect(argv[3], "terrace-domain.rng", schema);
	run_cases(argv[1]);
	run_examples(argv[2]);
	free(schema);
	printf("%u cases, %u failures\n", n_cases, n_failures);
	return n_failures ? 1 : 0;
}
