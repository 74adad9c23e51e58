/* SPDX-License-Identifier: Apache-2.0 */
/* Covers qmp/schema.h: look-up, error classes, and that unsound tables are told apart. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/util.h"
#include "fake.h"

static int run(void *context, const struct json *args, struct json **ret_value, struct err *err)
{
	(void)context;
	(void)args;
	(void)ret_value;
	(void)err;
	return 0;
}

static const char *const choices[] = { "a", NULL };
static const struct qmp_arg twice[] = { { "a" }, { "a" }, { NULL } };
static const struct qmp_arg no_choices[] = { { "a", QMP_ARG_ENUM }, { NULL } };
static const struct qmp_arg odd_choices[] = { { "a", QMP_ARG_INT, .choices = choices }, { NULL } };
static const struct qmp_arg odd_name[] = { { "a b" }, { NULL } };

static void rows_are_found_by_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < fake_schema.command_count; i++)
		assert_ptr_equal(qmp_schema_command(&fake_schema, fake_schema.commands[i].name),
				 &fake_schema.commands[i]);
	assert_null(qmp_schema_command(&fake_schema, "nope"));
	assert_null(qmp_schema_event(&fake_schema, "nope"));
}

static void sound_tables_pass(void **state)
{
	(void)state;
	assert_int_equal(qmp_schema_check(&fake_schema, NULL), 0);
	assert_int_equal(qmp_schema_check(qmp_session_own_schema(), NULL), 0);
}

static void unsound_commands_are_named(void **state)
{
	static const struct {
		struct qmp_command rows[2];
		const char *subject, *message;
	} cases[] = {
		{ { { NULL, NULL, run, "s" } }, "a row", "not a command's name" },
		{ { { "a b", NULL, run, "s" } }, "a b", "not a command's name" },
		{ { { "1a", NULL, run, "s" } }, "1a", "not a command's name" },
		{ { { "a", NULL, NULL, "s" } }, "a", "does nothing" },
		{ { { "a", NULL, run, NULL } }, "a", "has no summary" },
		{ { { "a", NULL, run, "" } }, "a", "has no summary" },
		{ { { "a", NULL, run, "s" }, { "a", NULL, run, "s" } }, "a", "is listed twice" },
		{ { { "query-version", NULL, run, "s" } },
		  "query-version",
		  "is answered by the session itself" },
		{ { { "a", twice, run, "s" } }, "a", "an argument is listed twice" },
		{ { { "a", odd_name, run, "s" } }, "a", "an argument's name is none" },
		{ { { "a", no_choices, run, "s" } },
		  "a",
		  "choices belong to QMP_ARG_ENUM, and to no other" },
		{ { { "a", odd_choices, run, "s" } },
		  "a",
		  "choices belong to QMP_ARG_ENUM, and to no other" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct qmp_schema schema = { .commands = cases[i].rows };
		struct err err = ERR_INIT;

		schema.command_count = cases[i].rows[1].name ? 2 : 1;
		assert_int_equal(qmp_schema_check(&schema, &err), -EINVAL);
		assert_string_equal(err.subject, cases[i].subject);
		assert_string_equal(err.message, cases[i].message);
	}
}

static void unsound_events_are_named(void **state)
{
	static const struct {
		struct qmp_event rows[2];
		const char *message;
	} cases[] = {
		{ { { "stop", "s" } }, "not an event's name" },
		{ { { "STOP", NULL } }, "has no summary" },
		{ { { "STOP", "s" }, { "STOP", "s" } }, "is listed twice" },
		{ { { "STOP", "s", 0, "id" } }, "has a key but no interval" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct qmp_schema schema = { .events = cases[i].rows };
		struct err err = ERR_INIT;

		schema.event_count = cases[i].rows[1].name ? 2 : 1;
		assert_int_equal(qmp_schema_check(&schema, &err), -EINVAL);
		assert_string_equal(err.message, cases[i].message);
	}
}

static void errors_have_qmp_classes(void **state)
{
	(void)state;
	for (int class = 0; class < ERR_CLASS_COUNT; class ++) {
		struct err err = { (enum err_class) class, -ENOENT };

		assert_string_equal(qmp_error_class(&err),
				    class == ERR_NOT_FOUND ? "DeviceNotFound" : "GenericError");
	}
	assert_string_equal(qmp_error_class(&(struct err){ ERR_NOT_FOUND, -ENODEV }),
			    "DeviceNotActive");
	assert_string_equal(qmp_error_class(&(struct err){ ERR_HOST, -ENODEV }), "GenericError");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_found_by_name),
		cmocka_unit_test(sound_tables_pass),
		cmocka_unit_test(unsound_commands_are_named),
		cmocka_unit_test(unsound_events_are_named),
		cmocka_unit_test(errors_have_qmp_classes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
