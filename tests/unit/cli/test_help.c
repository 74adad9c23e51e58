/* SPDX-License-Identifier: Apache-2.0 */
/* The table of verbs is whole: every row can be run, explained and told apart. */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cli/help.h"
#include "cli/verb_parse.h"

static void every_verb_is_documented(void **state)
{
	(void)state;
	for (size_t i = 0; verbs[i]; i++) {
		const struct verb *verb = verbs[i];
		AUTO_STRBUF out = STRBUF_INIT;

		assert_non_null(verb->run);
		assert_non_null(verb->args);
		assert_true(islower(verb->name[0]) && strlen(verb->summary) > 10);
		assert_true(verb->summary[strlen(verb->summary) - 1] != '.');
		for (const struct verb_arg *arg = verb->args; arg->name; arg++) {
			assert_true(arg->help && strlen(arg->help) > 3);
			assert_true(arg->kind == VERB_FLAG || arg->placeholder);
			assert_true(arg->value != VERB_CHOICE || arg->choices);
		}
		help_verb(verb, &out);
		assert_non_null(strstr(strbuf_text(&out), verb->summary));
		assert_ptr_equal(verb_find(verb->name), verb);
	}
}

static void groups_are_together_and_names_sorted_in_them(void **state)
{
	(void)state;
	for (size_t i = 1; verbs[i]; i++) {
		if (strcmp(verbs[i]->group, verbs[i - 1]->group) == 0)
			assert_true(strcmp(verbs[i - 1]->name, verbs[i]->name) < 0);
		for (size_t j = 0; j + 1 < i; j++)
			if (strcmp(verbs[j]->group, verbs[i]->group) == 0)
				assert_string_equal(verbs[i - 1]->group, verbs[i]->group);
	}
}

static void arguments_of_a_verb_can_be_told_apart(void **state)
{
	(void)state;
	for (size_t i = 0; verbs[i]; i++) {
		for (const struct verb_arg *a = verbs[i]->args; a->name; a++) {
			for (const struct verb_arg *b = a + 1; b->name; b++) {
				assert_string_not_equal(a->name, b->name);
				assert_true(!a->letter || a->letter != b->letter);
			}
			for (const struct verb_arg *b = verb_common_args; b->name; b++) {
				assert_string_not_equal(a->name, b->name);
				assert_true(!a->letter || a->letter != b->letter);
			}
		}
	}
}

static void an_unknown_verb_is_answered_with_the_nearest(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(help_unknown_verb("verson", &err), -22);
	assert_string_equal(err.message, "unknown command: 'verson'; did you mean 'version'?");
	assert_int_equal(help_unknown_verb("xyzzy", &err), -22);
	assert_string_equal(err.message, "unknown command: 'xyzzy'; 'terrace help' lists all");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_verb_is_documented),
		cmocka_unit_test(groups_are_together_and_names_sorted_in_them),
		cmocka_unit_test(arguments_of_a_verb_can_be_told_apart),
		cmocka_unit_test(an_unknown_verb_is_answered_with_the_nearest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
