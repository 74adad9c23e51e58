/* SPDX-License-Identifier: Apache-2.0 */
/* Covers vmm/monitor/hmp.h: editing, words, and the text that each command makes of a value. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/util.h"
#include "vmm/monitor/hmp.h"

#define PROMPT "(terrace) "

struct fixture {
	struct hmp *hmp;
	struct strbuf out;
	const char *value; /* what every query returns */
	unsigned int n_stops;
	bool fails;
};

static int run_query(void *context, const struct json *args, struct json **ret_value,
		     struct err *err)
{
	struct fixture *f = context;

	assert_int_equal(json_length(args), 0);
	if (f->fails)
		return err_set(err, ERR_USER, -EINVAL, NULL, "it is broken");
	return json_parse(f->value, strlen(f->value), JSON_STRICT, NULL, ret_value, err);
}

static int run_stop(void *context, const struct json *args, struct json **ret_value,
		    struct err *err)
{
	struct fixture *f = context;

	(void)args, (void)ret_value, (void)err;
	f->n_stops++;
	return 0;
}

static const struct qmp_command commands[] = {
	{ "stop", NULL, run_stop, "" },
	{ "query-status", NULL, run_query, "" },
	{ "query-name", NULL, run_query, "" },
	{ "query-kvm", NULL, run_query, "" },
	{ "query-uuid", NULL, run_query, "" },
	{ "query-cpus-fast", NULL, run_query, "" },
	{ "query-memdev", NULL, run_query, "" },
	{ "query-numa-nodes", NULL, run_query, "" },
	{ "query-memory-size-summary", NULL, run_query, "" },
};
static const struct qmp_schema schema = { .commands = commands,
					  .command_count = ARRAY_SIZE(commands) };

static void write_out(void *context, const char *bytes, size_t n_bytes)
{
	struct fixture *f = context;

	strbuf_add(&f->out, bytes, n_bytes);
}

static int setup(void **state)
{
	static struct fixture fixture;

	fixture = (struct fixture){ 0 };
	fixture.hmp = hmp_new(&schema, &fixture, write_out, &fixture);
	hmp_show_prompt(fixture.hmp);
	*state = &fixture;
	return fixture.hmp ? 0 : -1;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	hmp_free(f->hmp);
	strbuf_fini(&f->out);
	return 0;
}

static void assert_says(struct fixture *f, const char *keys, const char *text)
{
	strbuf_reset(&f->out);
	hmp_feed(f->hmp, keys, strlen(keys));
	assert_string_equal(strbuf_text(&f->out), text);
}

static void banner_comes_once(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(strbuf_text(&f->out),
			    "terrace-vmm " TERRACE_VERSION " monitor - type 'help' for more "
			    "information\r\n" PROMPT);
	assert_says(f, "sto", "sto");
	strbuf_reset(&f->out);
	hmp_show_prompt(f->hmp); /* back from the guest: the line is still there */
	assert_string_equal(strbuf_text(&f->out), PROMPT "sto");
	assert_says(f, "p\r", "p\r\n" PROMPT);
	assert_int_equal(f->n_stops, 1);
}

static void keys_edit_the_line(void **state)
{
	struct fixture *f = *state;

	assert_says(f, "xs\bt\177\177", "xs\b \bt\b \b\b \b");
	assert_says(f, "\b", ""); /* nothing left of the prompt */
	assert_says(f, "xy\025s\r", "xy\b \b\b \bs\r\n" PROMPT);
	assert_int_equal(f->n_stops, 1);
	assert_says(f, "x\003stop\n", "x\b \bstop\r\n" PROMPT);
	assert_says(f, "s yy \027\r", "s yy \b \b\b \b\b \b\r\n" PROMPT);
	assert_int_equal(f->n_stops, 3);
	/* Cursor keys and control characters leave no trace; CR LF is one line end. */
	assert_says(f, "\033[A\033OB\033[1;5Cs\001\200\r\n\r\n", "s\r\n" PROMPT "\r\n" PROMPT);
	assert_int_equal(f->n_stops, 4);
}

static void a_line_is_bounded(void **state)
{
	struct fixture *f = *state;
	char keys[4 * HMP_LINE_MAX + 1];

	memset(keys, 'x', sizeof(keys) - 1);
	keys[sizeof(keys) - 1] = '\0';
	strbuf_reset(&f->out);
	hmp_feed(f->hmp, keys, strlen(keys));
	assert_int_equal(f->out.length, HMP_LINE_MAX);
	hmp_feed(f->hmp, "\r", 1);
	assert_non_null(strstr(strbuf_text(&f->out), "unknown command: 'xxx"));
}

static void wrong_words_are_named(void **state)
{
	struct fixture *f = *state;

	assert_says(f, "nope\n", "nope\r\nunknown command: 'nope'\r\n" PROMPT);
	assert_says(f, "info nope\n", "info nope\r\nunknown command: 'info nope'\r\n" PROMPT);
	assert_says(f, "stop now\n",
		    "stop now\r\nstop: extraneous characters at the end of line\r\n" PROMPT);
	assert_says(f, "info name x\n",
		    "info name x\r\ninfo: extraneous characters at the end of line\r\n" PROMPT);
	assert_says(f, " \t\n", " \r\n" PROMPT);
	assert_int_equal(f->n_stops, 0);
	/* A row whose QMP command is not there. */
	assert_says(f, "quit\n", "quit\r\nError: The command quit has not been found\r\n" PROMPT);
}

static void errors_are_told(void **state)
{
	struct fixture *f = *state;

	f->fails = true;
	assert_says(f, "info status\n", "info status\r\nError: it is broken\r\n" PROMPT);
}

static void help_lists_every_row(void **state)
{
	struct fixture *f = *state;

	strbuf_reset(&f->out);
	hmp_feed(f->hmp, "?\n", 2);
	for (size_t i = 0; i < hmp_command_count; i++)
		assert_non_null(strstr(strbuf_text(&f->out), hmp_commands[i].help));
	for (size_t i = 0; i < hmp_info_command_count; i++)
		assert_non_null(strstr(strbuf_text(&f->out), hmp_info_commands[i].help));
}

static void info_has_qemus_texts(void **state)
{
	static const struct {
		const char *topic, *value, *text;
	} cases[] = {
		{ "status", "{\"status\": \"running\", \"running\": true}",
		  "VM status: running\r\n" },
		{ "status", "{\"status\": \"paused\", \"running\": false}",
		  "VM status: paused\r\n" },
		{ "status", "{\"status\": \"prelaunch\", \"running\": false}",
		  "VM status: paused (prelaunch)\r\n" },
		{ "name", "{\"name\": \"vm1\"}", "vm1\r\n" },
		{ "name", "{}", "" },
		{ "kvm", "{\"enabled\": true, \"present\": true}", "kvm support: enabled\r\n" },
		{ "uuid", "{\"UUID\": \"9a1b2c3d-0000-4000-8000-123456789abc\"}",
		  "9a1b2c3d-0000-4000-8000-123456789abc\r\n" },
		{ "version", "", "terrace-vmm " TERRACE_VERSION "\r\n" },
		{ "cpus",
		  "[{\"cpu-index\": 0, \"thread-id\": 11}, {\"cpu-index\": 1, \"thread-id\": 12}]",
		  "* CPU #0: thread_id=11\r\n  CPU #1: thread_id=12\r\n" },
		{ "memory_size_summary", "{\"base-memory\": 1024, \"plugged-memory\": 7}",
		  "base memory: 1024\r\nplugged memory: 7\r\n" },
		{ "memdev",
		  "[{\"id\": \"m0\", \"size\": 4096, \"merge\": true, \"dump\": false, "
		  "\"prealloc\": false, \"share\": true, \"reserve\": true, \"host-nodes\": "
		  "[0, 2], \"policy\": \"bind\"}]",
		  "memory backend: m0\r\n  size:  4096\r\n  merge: true\r\n  dump: false\r\n"
		  "  prealloc: false\r\n  share: true\r\n  reserve: true\r\n  policy: bind\r\n"
		  "  host nodes: 0 2\r\n\r\n" },
		{ "numa",
		  "[{\"node-id\": 0, \"cpus\": [0, 1], \"size\": 536870912}, "
		  "{\"node-id\": 1, \"cpus\": [], \"size\": 1048576}]",
		  "2 nodes\r\nnode 0 cpus: 0 1\r\nnode 0 size: 512 MB\r\nnode 0 plugged: 0 MB\r\n"
		  "node 1 cpus:\r\nnode 1 size: 1 MB\r\nnode 1 plugged: 0 MB\r\n" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char keys[64], text[1024];

		f->value = cases[i].value;
		snprintf(keys, sizeof(keys), "info %s\r", cases[i].topic);
		snprintf(text, sizeof(text), "info %s\r\n%s" PROMPT, cases[i].topic, cases[i].text);
		assert_says(f, keys, text);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(banner_comes_once),     TEST(keys_edit_the_line), TEST(a_line_is_bounded),
		TEST(wrong_words_are_named), TEST(errors_are_told),    TEST(help_lists_every_row),
		TEST(info_has_qemus_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
