/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Covers base/json.h: what is refused and with which text, exactness of integers at every edge,
 * limits, typed members, building, both layouts of the printer.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/util.h"

static struct json *parse_with(const char *text, enum json_flags flags)
{
	struct json *value = NULL;
	struct err err = ERR_INIT;

	if (json_parse(text, strlen(text), flags, NULL, &value, &err) < 0)
		fail_msg("%s: %s", text, err.message);
	return value;
}

static struct json *parse(const char *text)
{
	return parse_with(text, JSON_STRICT);
}

static void assert_prints(const char *text, const char *expected)
{
	AUTO(json) value = parse_with(text, JSON_QEMU);
	autofree char *printed = json_print(value, JSON_COMPACT);

	assert_string_equal(printed, expected);
}

static void assert_refused(const char *text, enum json_flags flags, const char *subject,
			   const char *message)
{
	struct json *value = (struct json *)&value;
	struct err err = ERR_INIT;

	if (json_parse(text, strlen(text), flags, NULL, &value, &err) >= 0)
		fail_msg("'%s' was accepted", text);
	assert_string_equal(err.message, message);
	assert_string_equal(err.subject, subject);
	assert_int_equal(err.code, -EINVAL);
	assert_ptr_equal(value, &value);
}

static void values_come_back(void **state)
{
	(void)state;
	assert_prints("null", "null");
	assert_prints(" \t\r\n[ true ,false ]\n", "[true, false]");
	assert_prints("{}", "{}");
	assert_prints("[]", "[]");
	assert_prints("{\"b\": 1, \"a\": {\"\": []}}", "{\"b\": 1, \"a\": {\"\": []}}");
	assert_prints("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\\"\\\\/\\b\\f\\n\\r\\t\"");
	assert_prints("\"\\u0001\x7f\"", "\"\\u0001\\u007F\"");
}

static void output_is_ascii(void **state)
{
	(void)state;
	assert_prints("\"\xc3\xa9\xe2\x82\xac\"", "\"\\u00E9\\u20AC\"");
	assert_prints("\"\xf0\x9f\x98\x80 \\ud83d\\ude00\"", "\"\\uD83D\\uDE00 \\uD83D\\uDE00\"");
	assert_prints("{\"\xc3\xa9\": 1}", "{\"\\u00E9\": 1}");
}

static void pretty_has_four_blanks_per_level(void **state)
{
	AUTO(json) value = parse("{\"a\": [1, {\"b\": []}], \"c\": {}}");
	autofree char *text = json_print(value, JSON_PRETTY);

	(void)state;
	assert_string_equal(text, "{\n    \"a\": [\n        1,\n        {\n            \"b\": []\n"
				  "        }\n    ],\n    \"c\": {}\n}");
}

static void integers_are_exact_at_every_edge(void **state)
{
	AUTO(json)
	a = parse("[9223372036854775807, 9223372036854775808, 18446744073709551615, "
		  "-1, -9223372036854775808, 0, -0]");
	uint64_t u64 = 7;
	int64_t i64 = 7;

	(void)state;
	for (size_t i = 0; i < json_length(a); i++)
		assert_int_equal(json_kind(json_at(a, i)), JSON_INTEGER);
	assert_int_equal(json_as_i64(json_at(a, 0), &i64), 0);
	assert_true(i64 == INT64_MAX);
	assert_int_equal(json_as_u64(json_at(a, 0), &u64), 0);
	assert_true(u64 == INT64_MAX);
	assert_int_equal(json_as_i64(json_at(a, 1), &i64), -EINVAL);
	assert_int_equal(json_as_u64(json_at(a, 1), &u64), 0);
	assert_true(u64 == (uint64_t)INT64_MAX + 1);
	assert_int_equal(json_as_u64(json_at(a, 2), &u64), 0);
	assert_true(u64 == UINT64_MAX);
	assert_int_equal(json_as_i64(json_at(a, 2), &i64), -EINVAL);
	assert_int_equal(json_as_u64(json_at(a, 3), &u64), -EINVAL);
	assert_true(u64 == UINT64_MAX);
	assert_int_equal(json_as_i64(json_at(a, 4), &i64), 0);
	assert_true(i64 == INT64_MIN);
	assert_int_equal(json_as_u64(json_at(a, 4), &u64), -EINVAL);
	assert_int_equal(json_as_u64(json_at(a, 6), &u64), 0);
	assert_true(u64 == 0);
}

static void larger_integers_and_fractions_are_numbers(void **state)
{
	static const char *const texts[] = { "18446744073709551616", "-9223372036854775809", "1.0",
					     "1e3", "-0.5E-2" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		AUTO(json) value = parse(texts[i]);
		uint64_t u64;
		int64_t i64;

		assert_int_equal(json_kind(value), JSON_NUMBER);
		assert_int_equal(json_as_u64(value, &u64), -EINVAL);
		assert_int_equal(json_as_i64(value, &i64), -EINVAL);
		assert_prints(texts[i], texts[i]);
	}
	assert_refused("1e999", JSON_STRICT, "line 1, column 1",
		       "JSON parse error, number out of range");
}

static void syntax_is_refused_with_place(void **state)
{
	static const struct {
		const char *text, *subject, *message;
	} cases[] = {
		{ "", "line 1, column 1", "expecting value" },
		{ "  ", "line 1, column 3", "expecting value" },
		{ "bad", "line 1, column 1", "invalid keyword 'bad'" },
		{ "{\"a\":\n  nul}", "line 2, column 3", "invalid keyword 'nul'" },
		{ "True", "line 1, column 1", "invalid keyword 'True'" },
		{ "NaN", "line 1, column 1", "invalid keyword 'NaN'" },
		{ "01", "line 1, column 1", "invalid number '01'" },
		{ "+1", "line 1, column 1", "invalid number '+1'" },
		{ "1.", "line 1, column 1", "invalid number '1.'" },
		{ ".5", "line 1, column 1", "invalid number '.5'" },
		{ "1e", "line 1, column 1", "invalid number '1e'" },
		{ "-", "line 1, column 1", "invalid number '-'" },
		{ "0x10", "line 1, column 1", "invalid number '0x10'" },
		{ "[1,]", "line 1, column 4", "expecting value" },
		{ "[1 2]", "line 1, column 4", "expected separator in list" },
		{ "[1", "line 1, column 3", "expected separator in list" },
		{ "{\"a\" 1}", "line 1, column 6", "missing : in object pair" },
		{ "{\"a\": }", "line 1, column 7", "expecting value" },
		{ "{\"a\": 1,}", "line 1, column 9", "key is not a string in object" },
		{ "{\"a\": 1 \"b\": 2}", "line 1, column 9", "expected separator in dict" },
		{ "{a: 1}", "line 1, column 2", "key is not a string in object" },
		{ "{]", "line 1, column 2", "key is not a string in object" },
		{ "{\"a\": 1, \"a\": 1}", "line 1, column 10", "duplicate key" },
		{ "1 2", "line 1, column 3", "unexpected text behind the document" },
		{ "@", "line 1, column 1", "stray '@'" },
		{ "\xff", "line 1, column 1", "stray '\\xff'" },
		{ "\"a", "line 1, column 1", "unterminated string" },
		{ "\"a\\", "line 1, column 3", "unterminated string" },
		{ "\"a\nb\"", "line 1, column 3", "stray '\\x0a'" },
		{ "\"\\x\"", "line 1, column 2", "invalid escape sequence in string" },
		{ "\"\\'\"", "line 1, column 2", "invalid escape sequence in string" },
		{ "\"\\u12g4\"", "line 1, column 2", "invalid hex escape in string" },
		{ "\"\\u12", "line 1, column 2", "invalid hex escape in string" },
		{ "\"\\ud800\"", "line 1, column 2", "invalid Unicode surrogate in string" },
		{ "\"\\ud800\\u0041\"", "line 1, column 2", "invalid Unicode surrogate in string" },
		{ "\"\\udc00\"", "line 1, column 2", "invalid Unicode surrogate in string" },
		{ "\"\\u0000\"", "line 1, column 2", "NUL character in string" },
		{ "\"\xc0\x80\"", "line 1, column 2", "invalid UTF-8 sequence in string" },
		{ "\"\xed\xa0\x80\"", "line 1, column 2", "invalid UTF-8 sequence in string" },
		{ "\"\xf4\x90\x80\x80\"", "line 1, column 2", "invalid UTF-8 sequence in string" },
		{ "\"\xe2\x82\"", "line 1, column 2", "invalid UTF-8 sequence in string" },
		{ "'a'", "line 1, column 1", "stray '''" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char message[128];

		snprintf(message, sizeof(message), "JSON parse error, %s", cases[i].message);
		assert_refused(cases[i].text, JSON_STRICT, cases[i].subject, message);
	}
}

static void nul_bytes_do_not_end_the_text(void **state)
{
	struct json *value;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(json_parse("1\0", 2, JSON_STRICT, NULL, &value, &err), -EINVAL);
	assert_int_equal(json_parse("\"\0\"", 3, JSON_STRICT, NULL, &value, &err), -EINVAL);
	assert_string_equal(err.message, "JSON parse error, stray '\\x00'");
}

static void qemu_flag_allows_single_quotes(void **state)
{
	(void)state;
	assert_prints("{'a': 'it\\'s \"b\"'}", "{\"a\": \"it's \\\"b\\\"\"}");
	assert_refused("'a\"", JSON_QEMU, "line 1, column 1",
		       "JSON parse error, unterminated string");
}

static int parse_limited(const char *text, struct json_limits limits, struct err *err)
{
	AUTO(json) value = NULL;

	return json_parse(text, strlen(text), JSON_STRICT, &limits, &value, err);
}

static void limits_hold_to_the_unit(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(parse_limited("[1]", (struct json_limits){ 3, 9, 9 }, &err), 0);
	assert_int_equal(parse_limited("[1] ", (struct json_limits){ 3, 9, 9 }, &err), -E2BIG);
	assert_string_equal(err.message, "JSON token size limit exceeded");
	assert_int_equal(parse_limited("[[]]", (struct json_limits){ 9, 9, 2 }, &err), 0);
	assert_int_equal(parse_limited("[[{}]]", (struct json_limits){ 9, 9, 2 }, &err), -E2BIG);
	assert_string_equal(err.message, "JSON nesting depth limit exceeded");
	assert_int_equal(parse_limited("{\"a\":1}", (struct json_limits){ 9, 3, 9 }, &err), 0);
	assert_int_equal(parse_limited("{\"a\":1}", (struct json_limits){ 9, 2, 9 }, &err), -E2BIG);
	assert_string_equal(err.message, "JSON token count limit exceeded");
}

static void depth_is_freed_between_siblings(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(parse_limited("[[],[],[],[]]", (struct json_limits){ 99, 99, 2 }, &err),
			 0);
}

static void a_depth_bomb_is_refused(void **state)
{
	char bomb[4096];
	struct err err = ERR_INIT;

	(void)state;
	memset(bomb, '[', sizeof(bomb) - 1);
	bomb[sizeof(bomb) - 1] = '\0';
	assert_int_equal(parse_limited(bomb, JSON_LIMITS_DEFAULT, &err), -E2BIG);
	assert_string_equal(err.subject, "line 1, column 65");
}

static void a_long_string_is_kept_whole(void **state)
{
	size_t length = 1000000;
	autofree char *text = malloc(length + 3);
	struct json *value = NULL;

	(void)state;
	memset(text, 'x', length + 2);
	text[0] = text[length + 1] = '"';
	text[length + 2] = '\0';
	value = parse(text);
	assert_int_equal(strlen(json_as_string(value)), length);
	json_free(value);
}

static void null_is_not_absent(void **state)
{
	AUTO(json) object = parse("{\"a\": null}");

	(void)state;
	assert_non_null(json_member(object, "a"));
	assert_int_equal(json_kind(json_member(object, "a")), JSON_NULL);
	assert_null(json_member(object, "b"));
}

static void members_are_walked_in_order(void **state)
{
	AUTO(json) object = parse("{\"z\": 1, \"a\": null, \"m\": 3}");
	char names[8] = "";

	(void)state;
	assert_int_equal(json_length(object), 3);
	for (struct json_iter it = json_iter(object); json_iter_next(&it);)
		strcat(names, it.name);
	assert_string_equal(names, "zam");
}

/* Calls a getter for a member and compares the text of its failure. */
#define ASSERT_GET_FAILS(getter, type, object, name, expected_code, expected_message)          \
	do {                                                                                   \
		type get_value_ = 0;                                                           \
		struct err get_err_ = ERR_INIT;                                                \
                                                                                               \
		assert_int_equal(getter(object, name, &get_value_, &get_err_), expected_code); \
		assert_string_equal(get_err_.message, expected_message);                       \
		assert_string_equal(get_err_.subject, "");                                     \
		assert_true(get_value_ == 0);                                                  \
	} while (0)

#define TYPE_TEXT(expected) "Invalid parameter type for 'v', expected: " expected

static void getters_name_member_and_type(void **state)
{
	AUTO(json) text = parse("{\"v\": \"1\"}");
	AUTO(json) integer = parse("{\"v\": 1}");
	AUTO(json) null = parse("{\"v\": null}");
	AUTO(json) fraction = parse("{\"v\": 1.0}");
	typedef const char *string;
	typedef const struct json *node;

	(void)state;
	ASSERT_GET_FAILS(json_get_u64, uint64_t, text, "w", -ENOENT, "Parameter 'w' is missing");
	ASSERT_GET_FAILS(json_get_string, string, text, "w", -ENOENT, "Parameter 'w' is missing");
	ASSERT_GET_FAILS(json_get_number, double, text, "w", -ENOENT, "Parameter 'w' is missing");
	ASSERT_GET_FAILS(json_get_string, string, integer, "v", -EINVAL, TYPE_TEXT("string"));
	ASSERT_GET_FAILS(json_get_string, string, null, "v", -EINVAL, TYPE_TEXT("string"));
	ASSERT_GET_FAILS(json_get_bool, bool, integer, "v", -EINVAL, TYPE_TEXT("boolean"));
	ASSERT_GET_FAILS(json_get_u64, uint64_t, text, "v", -EINVAL, TYPE_TEXT("integer"));
	ASSERT_GET_FAILS(json_get_i64, int64_t, fraction, "v", -EINVAL, TYPE_TEXT("integer"));
	ASSERT_GET_FAILS(json_get_size, uint64_t, text, "v", -EINVAL, TYPE_TEXT("integer"));
	ASSERT_GET_FAILS(json_get_number, double, text, "v", -EINVAL, TYPE_TEXT("number"));
	ASSERT_GET_FAILS(json_get_array, node, text, "v", -EINVAL, TYPE_TEXT("array"));
	ASSERT_GET_FAILS(json_get_object, node, text, "v", -EINVAL, TYPE_TEXT("object"));
}

static void getters_refuse_what_does_not_fit(void **state)
{
	AUTO(json) negative = parse("{\"v\": -1}");
	AUTO(json) large = parse("{\"v\": 9223372036854775808}");

	(void)state;
	ASSERT_GET_FAILS(json_get_u64, uint64_t, negative, "v", -ERANGE,
			 "Parameter 'v' expects uint64");
	ASSERT_GET_FAILS(json_get_size, uint64_t, negative, "v", -ERANGE,
			 "Parameter 'v' expects a size");
	ASSERT_GET_FAILS(json_get_i64, int64_t, large, "v", -EINVAL, TYPE_TEXT("integer"));
}

static void getters_return_values(void **state)
{
	AUTO(json)
	o = parse("{\"s\": \"x\", \"b\": true, \"u\": 18446744073709551615, \"i\": -5, "
		  "\"n\": 1.5, \"a\": [1], \"o\": {}}");
	const struct json *node = NULL;
	const char *text = NULL;
	bool flag = false;
	uint64_t u64 = 0;
	int64_t i64 = 0;
	double number = 0;

	(void)state;
	assert_int_equal(json_get_string(o, "s", &text, NULL), 0);
	assert_string_equal(text, "x");
	assert_int_equal(json_get_bool(o, "b", &flag, NULL), 0);
	assert_true(flag);
	assert_int_equal(json_get_size(o, "u", &u64, NULL), 0);
	assert_true(u64 == UINT64_MAX);
	assert_int_equal(json_get_i64(o, "i", &i64, NULL), 0);
	assert_int_equal(i64, -5);
	assert_int_equal(json_get_number(o, "n", &number, NULL), 0);
	assert_true(number == 1.5);
	assert_int_equal(json_get_number(o, "i", &number, NULL), 0);
	assert_true(number == -5);
	assert_int_equal(json_get_array(o, "a", &node, NULL), 0);
	assert_int_equal(json_length(node), 1);
	assert_int_equal(json_get_object(o, "o", &node, NULL), 0);
	assert_int_equal(json_length(node), 0);
}

static void built_values_print(void **state)
{
	AUTO(json) object = json_new_object();
	struct json *array = json_new_array();
	autofree char *text = NULL;

	(void)state;
	json_append(array, json_new_null());
	json_append(array, json_new_number(0.5));
	json_append(array, json_new_stringf("cell %u", 3));
	json_set_u64(object, "max", UINT64_MAX);
	json_set_i64(object, "min", INT64_MIN);
	json_set_bool(object, "on", true);
	json_set(object, "list", array);
	json_set_string(object, "max", "replaced");
	text = json_print(object, JSON_COMPACT);
	assert_string_equal(text, "{\"max\": \"replaced\", \"min\": -9223372036854775808, "
				  "\"on\": true, \"list\": [null, 0.5, \"cell 3\"]}");
}

static void built_strings_are_made_valid(void **state)
{
	AUTO(json) value = json_new_string("a\xff\xc3");
	autofree char *text = json_print(value, JSON_COMPACT);

	(void)state;
	assert_string_equal(text, "\"a\\uFFFD\\uFFFD\"");
}

static void equality_is_by_value(void **state)
{
	AUTO(json) a = parse("{\"x\": 1, \"y\": [null, \"s\"]}");
	AUTO(json) b = parse("{\"y\": [null, \"s\"], \"x\": 1}");
	AUTO(json) c = parse("{\"y\": [null, \"s\"], \"x\": 2}");
	AUTO(json) built = json_new_i64(1);

	(void)state;
	assert_true(json_equal(a, b));
	assert_false(json_equal(a, c));
	assert_true(json_equal(built, json_member(a, "x")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_come_back),
		cmocka_unit_test(output_is_ascii),
		cmocka_unit_test(pretty_has_four_blanks_per_level),
		cmocka_unit_test(integers_are_exact_at_every_edge),
		cmocka_unit_test(larger_integers_and_fractions_are_numbers),
		cmocka_unit_test(syntax_is_refused_with_place),
		cmocka_unit_test(nul_bytes_do_not_end_the_text),
		cmocka_unit_test(qemu_flag_allows_single_quotes),
		cmocka_unit_test(limits_hold_to_the_unit),
		cmocka_unit_test(depth_is_freed_between_siblings),
		cmocka_unit_test(a_depth_bomb_is_refused),
		cmocka_unit_test(a_long_string_is_kept_whole),
		cmocka_unit_test(null_is_not_absent),
		cmocka_unit_test(members_are_walked_in_order),
		cmocka_unit_test(getters_name_member_and_type),
		cmocka_unit_test(getters_refuse_what_does_not_fit),
		cmocka_unit_test(getters_return_values),
		cmocka_unit_test(built_values_print),
		cmocka_unit_test(built_strings_are_made_valid),
		cmocka_unit_test(equality_is_by_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
