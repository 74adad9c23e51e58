/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compares the tables of each case with tests/golden/acpi/CASE/expected/SIGNATURE.dsl, as iasl
 * disassembles them. Data tables end in a hex dump. The DSDT must compile again, without errors or
 * warnings, to the same bytes, so that the comparison is byte-exact there too. (iasl does not read
 * a lone RSDP: tests/unit/acpi checks its bytes.)
 *
 * usage: acpi_golden SOURCE_DIR CASE
 * TERRACE_GOLDEN_UPDATE=1 rewrites the expectations.
 *
 * Exit status: 0 the same, 1 different or failed, 77 without an iasl of the expected version.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "acpi/builder.h"
#include "acpi_cases.h"
#include "base/cleanup.h"
#include "tool.h"

#define EXIT_SKIP    77
#define IASL_VERSION "20200925" /* Debian 12's; the text differs between versions */

/* NULL, or why the expectations cannot be compared here. */
static char *iasl_missing(const char *dir)
{
	const char *argv[] = { "iasl", "-v", NULL };
	autofree char *log = text_format("%s/version", dir), *text = NULL;

	if (tool_run(argv, NULL, log) < 0)
		return text_format("iasl (package acpica-tools) is not installed");
	text = file_read(log);
	unlink(log);
	if (!text || !strstr(text, IASL_VERSION))
		return text_format("iasl is not version " IASL_VERSION
				   ", which wrote the expectations");
	return NULL;
}

static bool line_starts(const char *line, const char *prefix)
{
	return strncmp(line, prefix, strlen(prefix)) == 0;
}

/*
 * Drops the first comment (program version, file name, date) but for the table's length and
 * checksum, in place.
 */
static void header_strip(char *text)
{
	char *end = strstr(text, "*/"), *to = text, *line = text;

	if (!end)
		return;
	while (line < end) {
		char *next = strchr(line, '\n') + 1;

		if (line_starts(line, " *     Length") || line_starts(line, " *     Checksum")) {
			memmove(to, line, (size_t)(next - line));
			memcpy(to, "//", 2);
			to += next - line;
		}
		line = next;
	}
	end += strcspn(end, "\n");
	memmove(to, end, strlen(end) + 1);
}

static int disassemble(const char *dir, const char *name, const uint8_t *bytes, size_t n,
		       char **ret_text)
{
	autofree char *table = text_format("%s/%s.aml", dir, name);
	autofree char *dsl = text_format("%s/%s.dsl", dir, name);
	autofree char *log = text_format("%s/%s.log", dir, name);
	const char *argv[] = { "iasl", "-d", table, NULL };
	int r = file_write(table, bytes, n);

	if (r == 0 && tool_run(argv, NULL, log) != 0) {
		autofree char *output = file_read(log);

		fprintf(stderr, "%s: iasl -d failed:\n%s\n", name, output ? output : "");
		r = -1;
	}
	if (r == 0) {
		*ret_text = file_read(dsl);
		if (*ret_text)
			header_strip(*ret_text);
		else
			r = -1;
	}
	unlink(table);
	unlink(log);
	return r;
}

/* Are these n bytes, but for the compiler's name and the checksum, what the file holds? */
static bool table_is_same(const char *path, const uint8_t *bytes, size_t n)
{
	enum { CHECKSUM = 9, CREATOR = 28, HEADER = 36 };
	FILE *file = fopen(path, "r");
	autofree uint8_t *other = malloc(n + 1);
	size_t got = file && other ? fread(other, 1, n + 1, file) : 0;

	if (file)
		fclose(file);
	return got == n && memcmp(bytes, other, CHECKSUM) == 0 &&
	       memcmp(bytes + CHECKSUM + 1, other + CHECKSUM + 1, CREATOR - CHECKSUM - 1) == 0 &&
	       memcmp(bytes + HEADER, other + HEADER, n - HEADER) == 0;
}

/*
 * The disassembled text, which is still in dir, must be a program without errors or warnings, and
 * compile (optimisations off) to the bytes that it came from.
 */
static int recompile(const char *dir, const uint8_t *bytes, size_t n)
{
	autofree char *dsl = text_format("%s/DSDT.dsl", dir);
	autofree char *prefix = text_format("%s/again", dir);
	autofree char *aml = text_format("%s/again.aml", dir);
	autofree char *log = text_format("%s/again.log", dir);
	const char *argv[] = { "iasl", "-oa", "-p", prefix, dsl, NULL };
	int status = tool_run(argv, NULL, log);
	autofree char *output = file_read(log);
	bool clean = status == 0 && output && strstr(output, " 0 Errors, 0 Warnings");
	bool same = clean && table_is_same(aml, bytes, n);

	unlink(log);
	unlink(aml);
	if (!clean)
		fprintf(stderr, "DSDT does not compile again:\n%s\n", output ? output : "");
	else if (!same)
		fprintf(stderr, "DSDT compiles to other bytes\n");
	return same ? 0 : -1;
}

/* Prints the first line that differs. */
static void difference_print(const char *path, const char *expected, const char *got)
{
	unsigned int line = 1;

	while (*expected && *expected == *got) {
		size_t n = strcspn(expected, "\n");

		if (strncmp(expected, got, n + 1) != 0)
			break;
		expected += n + (expected[n] != 0);
		got += n + (got[n] != 0);
		line++;
	}
	fprintf(stderr, "%s:%u differs\n  expected: %.*s\n  got:      %.*s\n", path, line,
		(int)strcspn(expected, "\n"), expected, (int)strcspn(got, "\n"), got);
}

static int compare(const char *expected_dir, const char *name, const char *got)
{
	autofree char *path = text_format("%s/%s.dsl", expected_dir, name);
	autofree char *expected = NULL;

	if (getenv("TERRACE_GOLDEN_UPDATE")) {
		if (mkdir(expected_dir, 0755) && errno != EEXIST)
			return -1;
		return file_write(path, got, strlen(got));
	}
	expected = file_read(path);
	if (!expected) {
		fprintf(stderr, "%s: no expectation\n", path);
		return -1;
	}
	if (strcmp(expected, got) == 0)
		return 0;
	difference_print(path, expected, got);
	return -1;
}

static int table_check(const char *dir, const char *expected_dir, const char *name,
		       const uint8_t *bytes, size_t n)
{
	autofree char *text = NULL;
	autofree char *dsl = text_format("%s/%s.dsl", dir, name);
	int r = disassemble(dir, name, bytes, n, &text);

	if (r == 0)
		r = compare(expected_dir, name, text);
	if (r == 0 && strcmp(name, "DSDT") == 0)
		r = recompile(dir, bytes, n);
	unlink(dsl);
	return r;
}

/* A lone DSDT around the terms that the case writes. */
static int case_write(const struct acpi_case *c, const char *dir, const char *expected_dir)
{
	auto_acpi_builder builder = ACPI_BUILDER_INIT;

	acpi_builder_begin(&builder, "DSDT", 2);
	c->write_aml(&builder.buf);
	acpi_builder_end(&builder);
	if (acpi_builder_finish(&builder, CASE_BASE_GPA) < 0)
		return -1;
	return table_check(dir, expected_dir, "DSDT", builder.buf.bytes, builder.buf.length);
}

static int case_build(const struct acpi_case *c, const char *dir, const char *expected_dir)
{
	auto_acpi_blob blob = ACPI_BLOB_INIT;
	struct acpi_config config;
	struct err err = ERR_INIT;
	int failed = 0;

	c->fill(&config);
	if (acpi_tables_build(&config, CASE_BASE_GPA, &blob, &err) < 0) {
		fprintf(stderr, "%s: %s\n", c->name, err.message);
		return -1;
	}
	for (size_t i = 0; i < blob.n_tables; i++)
		failed += table_check(dir, expected_dir, blob.tables[i].signature,
				      blob.bytes + blob.tables[i].offset,
				      blob.tables[i].size_bytes) < 0;
	return failed ? -1 : 0;
}

static int case_run(const struct acpi_case *c, const char *dir, const char *source_dir)
{
	autofree char *case_dir = text_format("%s/%s", source_dir, c->name);
	autofree char *expected_dir = text_format("%s/expected", case_dir);

	if (getenv("TERRACE_GOLDEN_UPDATE"))
		mkdir(case_dir, 0755);
	if (c->write_aml)
		return case_write(c, dir, expected_dir);
	return case_build(c, dir, expected_dir);
}

int main(int argc, char **argv)
{
	char dir[] = "/tmp/terrace-acpi-XXXXXX";
	autofree char *missing = NULL;
	int status = EXIT_FAILURE;

	if (argc != 3 || !mkdtemp(dir))
		return EXIT_FAILURE;
	missing = iasl_missing(dir);
	for (size_t i = 0; !missing && i < n_acpi_cases; i++)
		if (strcmp(acpi_cases[i].name, argv[2]) == 0 &&
		    case_run(&acpi_cases[i], dir, argv[1]) == 0)
			status = EXIT_SUCCESS;
	rmdir(dir);
	if (missing) {
		printf("skipped: %s\n", missing);
		return EXIT_SKIP;
	}
	return status;
}
