/* SPDX-License-Identifier: Apache-2.0 */
/* Covers verb_parse.h: every form of an argument, every refusal and its text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/util.h"
#include "cli/verb_parse.h"

static const struct verb_arg tune_args[] = {
	{ .kind = VERB_POSITIONAL, .name = "domain", .required = true, .placeholder = "DOMAIN" },
	{ .kind = VERB_POSITIONAL, .name = "mode", .placeholder = "MODE" },
	{ .kind = VERB_OPTION, .name = "nodeset", .letter = 'n', .placeholder = "SET" },
	{ .kind = VERB_FLAG, .name = "config", .letter = 'c' },
	{ .kind = VERB_REST, .name = "more", .placeholder = "MORE" },
	{ 0 },
};

static const struct verb_arg short_args[] = {
	{ .kind = VERB_POSITIONAL, .name = "domain", .required = true, .placeholder = "DOMAIN" },
	{ 0 },
};

static const struct verb tune = { .name = "tune", .args = tune_args };
static const struct verb brief = { .name = "brief", .args = short_args };

static int parse(const struct verb *verb, const char *line, char *copy, struct verb_call **ret_call,
		 struct err *err)
{
	char *words[16];
	int n = 0;

	strcpy(copy, line);
	for (char *word = strtok(copy, " "); word; word = strtok(NULL, " "))
		words[n++] = word;
	return verb_parse(verb, n, words, ret_call, err);
}

static void every_form_of_an_argument_is_read(void **state)
{
	static const char *const lines[] = {
		"dom strict --nodeset 0-1 --config",   "dom strict --nodeset=0-1 -c",
		"--config -n 0-1 dom strict",	       "-n0-1 -c --mode strict --domain dom",
		"--domain=dom --mode=strict -c -n0-1", "-c -n 0-1 -- dom strict",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		AUTO(verb_call) call = NULL;
		struct err err = ERR_INIT;
		const char *const *rest;
		char copy[128];

		assert_int_equal(parse(&tune, lines[i], copy, &call, &err), 0);
		assert_ptr_equal(verb_of(call), &tune);
		assert_string_equal(verb_text(call, "domain"), "dom");
		assert_string_equal(verb_text(call, "mode"), "strict");
		assert_string_equal(verb_text(call, "nodeset"), "0-1");
		assert_true(verb_flag(call, "config"));
		assert_int_equal(verb_rest(call, &rest), 0);
		assert_false(verb_json(call));
		assert_false(verb_wants_help(call));
	}
}

static void what_was_not_given_is_absent(void **state)
{
	AUTO(verb_call) call = NULL;
	char copy[128];

	(void)state;
	assert_int_equal(parse(&tune, "dom --json", copy, &call, NULL), 0);
	assert_null(verb_text(call, "nodeset"));
	assert_false(verb_flag(call, "config"));
	assert_true(verb_json(call));
}

static void the_rest_takes_what_is_left_and_names_still_count(void **state)
{
	AUTO(verb_call) call = NULL;
	const char *const *rest;
	char copy[128];

	(void)state;
	assert_int_equal(parse(&tune, "dom m a --config b -- --c", copy, &call, NULL), 0);
	assert_int_equal(verb_rest(call, &rest), 3);
	assert_string_equal(rest[0], "a");
	assert_string_equal(rest[1], "b");
	assert_string_equal(rest[2], "--c");
	assert_true(verb_flag(call, "config"));
}

static void a_negative_number_is_a_value(void **state)
{
	AUTO(verb_call) call = NULL;
	char copy[128];

	(void)state;
	assert_int_equal(parse(&tune, "dom -1 --nodeset -2", copy, &call, NULL), 0);
	assert_string_equal(verb_text(call, "mode"), "-1");
	assert_string_equal(verb_text(call, "nodeset"), "-2");
}

static void help_needs_nothing_else(void **state)
{
	AUTO(verb_call) call = NULL;
	char copy[128];

	(void)state;
	assert_int_equal(parse(&tune, "--help", copy, &call, NULL), 0);
	assert_true(verb_wants_help(call));
}

static void refusals_name_the_thing_and_the_remedy(void **state)
{
	static const struct {
		const struct verb *verb;
		const char *line, *text;
	} rows[] = {
		{ &tune, "",
		  "command 'tune' requires <domain> option; 'terrace tune --help' explains it" },
		{ &tune, "dom --nodset 0",
		  "command 'tune' doesn't support option --nodset; did you mean '--nodeset'?" },
		{ &tune, "dom --nodset=0",
		  "command 'tune' doesn't support option --nodset; did you mean '--nodeset'?" },
		{ &tune, "dom --jsno",
		  "command 'tune' doesn't support option --jsno; did you mean '--json'?" },
		{ &tune, "dom --xyzzy",
		  "command 'tune' doesn't support option --xyzzy; 'terrace tune --help' lists "
		  "them" },
		{ &tune, "dom -x",
		  "command 'tune' doesn't support option -x; 'terrace tune --help' lists them" },
		{ &tune, "dom --nodeset",
		  "expected syntax: --nodeset SET; 'terrace tune --help' explains it" },
		{ &tune, "dom --nodeset --config",
		  "expected syntax: --nodeset SET; 'terrace tune --help' explains it" },
		{ &tune, "dom --config=yes",
		  "invalid '=' after option --config: it takes no value" },
		{ &tune, "dom --nodeset 0 -n 1", "option --nodeset already seen" },
		{ &tune, "dom --domain other", "option --domain already seen" },
		{ &brief, "dom more",
		  "unexpected data 'more'; 'terrace brief --help' explains the arguments" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		AUTO(verb_call) call = NULL;
		struct err err = ERR_INIT;
		char copy[128];

		assert_int_equal(parse(rows[i].verb, rows[i].line, copy, &call, &err), -22);
		assert_string_equal(err.message, rows[i].text);
		assert_null(call);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_form_of_an_argument_is_read),
		cmocka_unit_test(what_was_not_given_is_absent),
		cmocka_unit_test(the_rest_takes_what_is_left_and_names_still_count),
		cmocka_unit_test(a_negative_number_is_a_value),
		cmocka_unit_test(help_needs_nothing_else),
		cmocka_unit_test(refusals_name_the_thing_and_the_remedy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
