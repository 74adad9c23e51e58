/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Golden plans: each case folder has a command line (argv: words, comments with #), perhaps the
 * host as an hwloc synthetic string (host), and the plan that is expected (plan.json).
 *
 * usage: plan_golden CASE_FOLDER...
 *
 * TERRACE_GOLDEN_UPDATE=1 rewrites the expectations.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../unit/argv.h"
#include "base/json.h"
#include "host/topology.h"
#include "plan/plan.h"
#include "plan/plan_json.h"

#define FILE_MAX (1u << 20)

/* NULL when there is no such file. */
static char *read_file(const char *folder, const char *name)
{
	autofree char *text = calloc(1, FILE_MAX);
	char path[512];
	size_t length;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "re");
	if (!file || !text)
		return NULL;
	length = fread(text, 1, FILE_MAX - 1, file);
	fclose(file);
	text[length] = '\0';
	return TAKE_PTR(text);
}

static bool write_file(const char *folder, const char *name, const char *text)
{
	char path[512];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "we");
	return file && fputs(text, file) >= 0 && !fclose(file);
}

static int read_host(const char *folder, struct host_facts **ret_facts, struct err *err)
{
	autofree char *text = read_file(folder, "host");
	int ret;

	if (!text)
		return 0;
	text[strcspn(text, "\n")] = '\0';
	ret = host_topology_from_synthetic(text, ret_facts, err);
	if (ret == 0)
		(*ret_facts)->phys_bits = 46;
	return ret;
}

/* The plan of a case as text; NULL: err says why. */
static char *plan_text(const char *folder, struct err *err)
{
	autofree char *words = read_file(folder, "argv");
	AUTO(vm_spec) spec = words ? argv_spec(words, err) : NULL;
	AUTO(host_facts) facts = NULL;
	AUTO(plan) plan = NULL;
	AUTO(json) json = NULL;

	if (!spec || read_host(folder, &facts, err) < 0 ||
	    plan_build(spec, facts, &plan, err) < 0 || plan_check(plan, spec, err) < 0)
		return NULL;
	json = plan_to_json(plan, spec);
	return json_print(json, JSON_PRETTY);
}

static void show_first_difference(const char *folder, const char *expected, const char *got)
{
	unsigned int line = 1;
	size_t start = 0, at;

	for (at = 0; expected[at] && expected[at] == got[at]; at++)
		if (expected[at] == '\n') {
			line++;
			start = at + 1;
		}
	fprintf(stderr, "%s: line %u\n  expected %.*s\n  got      %.*s\n", folder, line,
		(int)strcspn(expected + start, "\n"), expected + start,
		(int)strcspn(got + start, "\n"), got + start);
}

static bool run_case(const char *folder)
{
	autofree char *expected = read_file(folder, "plan.json");
	autofree char *got = NULL, *printed = NULL;
	struct err err = ERR_INIT;
	char text[1024];

	printed = plan_text(folder, &err);
	if (!printed || asprintf(&got, "%s\n", printed) < 0) {
		fprintf(stderr, "%s: %s\n", folder, err_text(&err, text, sizeof(text)));
		return false;
	}
	if (getenv("TERRACE_GOLDEN_UPDATE"))
		return write_file(folder, "plan.json", got);
	if (expected && !strcmp(expected, got))
		return true;
	show_first_difference(folder, expected ? expected : "(no plan.json)", got);
	return false;
}

int main(int argc, char **argv)
{
	int status = argc < 2;

	for (int i = 1; i < argc; i++)
		if (!run_case(argv[i]))
			status = 1;
	return status;
}
