/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Covers the tables of QMP and of the human monitor: they are sound, and docs/qmp.md describes every row
 * and nothing else.
 *
 * usage: test_vmm_monitor docs/qmp.md
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/strbuf.h"
#include "base/util.h"
#include "fake_chardev.h"
#include "qmp/session.h"
#include "vmm/machine.h"
#include "vmm/monitor/hmp.h"
#include "vmm/monitor/monitor.h"

static const char *docs_path;

static char *load_docs(void)
{
	AUTO_STRBUF text = STRBUF_INIT;
	FILE *file = fopen(docs_path, "re");
	char block[4096];
	size_t n;

	assert_non_null(file);
	while ((n = fread(block, 1, sizeof(block), file)) > 0)
		strbuf_add(&text, block, n);
	fclose(file);
	return strbuf_take(&text);
}

/* The text below "### name", up to the next heading; NULL: no such heading. free() it. */
static char *section(const char *docs, const char *name)
{
	char heading[80];
	const char *begin, *end;

	snprintf(heading, sizeof(heading), "\n### %s\n", name);
	begin = strstr(docs, heading);
	if (!begin)
		return NULL;
	begin += strlen(heading);
	end = strstr(begin, "\n##");
	return end ? strndup(begin, (size_t)(end - begin)) : strdup(begin);
}

static void the_schema_is_sound(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	if (qmp_schema_check(&monitor_schema, &err) < 0)
		fail_msg("%s: %s", err.subject, err.message);
}

static void check_command(const char *docs, const struct qmp_command *command)
{
	autofree char *text = section(docs, command->name);
	char example[80];

	if (!text)
		fail_msg("%s is not documented", command->name);
	snprintf(example, sizeof(example), "-> {\"execute\": \"%s\"", command->name);
	if (!strstr(text, "Returns: "))
		fail_msg("%s: what it returns is not documented", command->name);
	if (!strstr(text, example) || !strstr(text, "<- {\"return\": "))
		fail_msg("%s has no example", command->name);
	for (const struct qmp_arg *arg = command->args; arg && arg->name; arg++) {
		char name[80];

		snprintf(name, sizeof(name), "`%s`", arg->name);
		if (!strstr(text, "Arguments: ") || !strstr(text, name))
			fail_msg("%s: argument %s is not documented", command->name, arg->name);
	}
}

static void every_command_is_documented(void **state)
{
	const struct qmp_schema *schemas[] = { &monitor_schema, qmp_session_own_schema() };
	autofree char *docs = load_docs();

	(void)state;
	for (size_t s = 0; s < ARRAY_SIZE(schemas); s++)
		for (size_t i = 0; i < schemas[s]->command_count; i++)
			check_command(docs, &schemas[s]->commands[i]);
}

static void every_event_is_documented(void **state)
{
	autofree char *docs = load_docs();

	(void)state;
	for (size_t i = 0; i < monitor_schema.event_count; i++) {
		autofree char *text = section(docs, monitor_schema.events[i].name);
		char example[80];

		if (!text)
			fail_msg("%s is not documented", monitor_schema.events[i].name);
		snprintf(example, sizeof(example), "\"event\": \"%s\"",
			 monitor_schema.events[i].name);
		assert_non_null(strstr(text, example));
	}
}

static void nothing_else_is_documented(void **state)
{
	autofree char *docs = load_docs();
	size_t n = 0;

	(void)state;
	for (const char *at = docs; (at = strstr(at, "\n### ")); n++) {
		char name[80] = "";

		at += strlen("\n### ");
		snprintf(name, sizeof(name), "%.*s", (int)strcspn(at, "\n"), at);
		if (!qmp_schema_command(&monitor_schema, name) &&
		    !qmp_schema_command(qmp_session_own_schema(), name) &&
		    !qmp_schema_event(&monitor_schema, name))
			fail_msg("%s is documented but does not exist", name);
	}
	assert_int_equal(n, monitor_schema.command_count + monitor_schema.event_count +
				    qmp_session_own_schema()->command_count);
}

static void check_rows(const char *docs, const char *prefix, const struct hmp_command *rows,
		       size_t n_rows)
{
	for (size_t i = 0; i < n_rows; i++) {
		char text[80];

		assert_non_null(rows[i].help);
		assert_true(rows[i].command || rows[i].print);
		if (rows[i].command)
			assert_non_null(qmp_schema_command(&monitor_schema, rows[i].command));
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(rows[i].name, rows[j].name);
		snprintf(text, sizeof(text), "`%s%s`", prefix, rows[i].name);
		if (!strstr(docs, text))
			fail_msg("%s is not documented", text);
	}
}

static void human_commands_are_sound_and_documented(void **state)
{
	autofree char *docs = load_docs();

	(void)state;
	check_rows(docs, "", hmp_commands, hmp_command_count);
	check_rows(docs, "info ", hmp_info_commands, hmp_info_command_count);
}

/* A peer that is gone when it is greeted: CLOSED comes while the session is being made. */
static size_t write_and_close(struct chardev *chardev, const void *bytes, size_t n_bytes,
			      enum chardev_write_mode mode)
{
	(void)bytes, (void)mode;
	chardev_frontend_event(chardev, CHARDEV_EVENT_CLOSED);
	((struct fake_chardev *)chardev)->n_out++;
	return n_bytes;
}

static void a_peer_that_leaves_during_the_greeting_has_no_session(void **state)
{
	static const struct chardev_ops ops = { .write = write_and_close,
						.free = fake_chardev_free };
	struct spec_chardev spec_chardev = { .id = (char[]){ "c0" } };
	struct spec_monitor spec_monitor = { .chardev = (char[]){ "c0" }, .control = true };
	struct vm_spec *spec = calloc(1, sizeof(*spec));
	struct vmm *vmm = calloc(1, sizeof(*vmm));
	struct machine_chardev in_use = { 0 };
	struct fake_chardev fake;

	(void)state;
	fake_chardev_init(&fake);
	fake.base.ops = &ops;
	in_use = (struct machine_chardev){ .spec = &spec_chardev, .chardev = &fake.base };
	spec->chardevs = &spec_chardev;
	spec->monitors = &spec_monitor;
	spec->n_chardevs = spec->n_monitors = 1;
	vmm->spec = spec;
	vmm->chardevs = &in_use;
	assert_int_equal(monitors_open(vmm, &vmm->monitors, NULL), 0);
	chardev_frontend_event(&fake.base, CHARDEV_EVENT_OPENED);
	assert_int_equal(fake.n_out, 1);
	/* Whatever still comes from that peer finds nobody who would answer. */
	fake_chardev_type(&fake, "{'execute': 'qmp_capabilities'}");
	assert_int_equal(fake.n_out, 1);
	monitors_close(vmm->monitors);
	free(vmm);
	free(spec);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_schema_is_sound),
		cmocka_unit_test(every_command_is_documented),
		cmocka_unit_test(every_event_is_documented),
		cmocka_unit_test(nothing_else_is_documented),
		cmocka_unit_test(a_peer_that_leaves_during_the_greeting_has_no_session),
		cmocka_unit_test(human_commands_are_sound_and_documented),
	};

	if (argc != 2)
		return 2;
	docs_path = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
