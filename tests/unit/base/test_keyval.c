/* SPDX-License-Identifier: Apache-2.0 */
/* Covers keyval.h: items, the implied key, doubled commas, repetition, words, JSON, printing. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/keyval.h"
#include "base/util.h"

/* The list in one line: "key:value key:value word". */
static const char *show(const struct keyval *list, char *buf, size_t buf_size)
{
	size_t used = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < list->n_pairs; i++)
		used += (size_t)snprintf(buf + used, buf_size - used, "%s%s%s%s", i ? " " : "",
					 list->pairs[i].key, list->pairs[i].value ? ":" : "",
					 list->pairs[i].value ? list->pairs[i].value : "");
	return buf;
}

static void lists_are_read(void **state)
{
	static const struct {
		const char *text, *implied, *shown;
	} rows[] = {
		{ "", "type", "" },
		{ "node", "type", "type:node" },
		{ "node,nodeid=0", "type", "type:node nodeid:0" },
		{ "type=node", "type", "type:node" },
		{ "node,nodeid=0", NULL, "node nodeid:0" },
		{ "a=1,b=2,a=3", NULL, "a:1 b:2 a:3" },
		{ "a=", NULL, "a:" },
		{ "a=x=y", NULL, "a:x=y" },
		{ "path=/a,,b,c=1", NULL, "path:/a,b c:1" },
		{ "path=,,", NULL, "path:," },
		{ "path=a,,,b=1", NULL, "path:a, b:1" },
		{ "/a,,b,server", "path", "path:/a,b server" },
		{ "a=1,", NULL, "a:1" },
		{ "server,nowait", NULL, "server nowait" },
	};
	char shown[128];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		AUTO_KEYVAL(list);

		assert_int_equal(keyval_parse(rows[i].text, rows[i].implied, &list, NULL), 0);
		assert_string_equal(show(&list, shown, sizeof(shown)), rows[i].shown);
	}
}

static void bad_lists_are_refused(void **state)
{
	static const char *const texts[] = { "=1", "a=1,=2", "x,,y,=" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct keyval list = { .n_pairs = 77 };
		struct err err = ERR_INIT;

		assert_int_equal(keyval_parse(texts[i], NULL, &list, &err), -EINVAL);
		assert_int_equal(list.n_pairs, 77);
		assert_int_not_equal(err.message[0], 0);
	}
}

static void too_many_items_are_refused(void **state)
{
	AUTO_STRBUF text = STRBUF_INIT;
	AUTO_KEYVAL(list);

	(void)state;
	for (unsigned int i = 0; i < KEYVAL_MAX; i++)
		strbuf_add_text(&text, i ? ",a=1" : "a=1");
	assert_int_equal(keyval_parse(text.text, NULL, &list, NULL), 0);
	assert_int_equal(list.n_pairs, KEYVAL_MAX);
	keyval_fini(&list);
	strbuf_add_text(&text, ",a=1");
	assert_int_equal(keyval_parse(text.text, NULL, &list, NULL), -E2BIG);
}

static void the_last_value_counts(void **state)
{
	AUTO_KEYVAL(list);

	(void)state;
	assert_int_equal(keyval_parse("a=1,b=2,a=3,w", NULL, &list, NULL), 0);
	assert_string_equal(keyval_get(&list, "a"), "3");
	assert_null(keyval_get(&list, "c"));
	assert_null(keyval_get(&list, "w"));
	assert_true(keyval_has(&list, "w"));
	keyval_remove(&list, "a");
	assert_false(keyval_has(&list, "a"));
	assert_string_equal(keyval_get(&list, "b"), "2");
	assert_int_equal(list.n_pairs, 2);
}

static void json_becomes_the_same_list(void **state)
{
	AUTO_KEYVAL(list);
	char shown[256];

	(void)state;
	assert_int_equal(keyval_parse_json("{\"id\": \"a,b\", \"n\": [0, 2], \"on\": true, "
					   "\"off\": false, \"size\": 18446744073709551615, "
					   "\"none\": []}",
					   &list, NULL),
			 0);
	assert_string_equal(show(&list, shown, sizeof(shown)),
			    "id:a,b n:0 n:2 on:on off:off size:18446744073709551615");
}

static void other_json_is_refused(void **state)
{
	static const char *const texts[] = {
		"{", "[]", "1", "{\"a\": null}", "{\"a\": {}}", "{\"a\": [[1]]}", "{\"a\": 1} x",
		"{\"a\": 1, \"a\": 2}",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct keyval list = { .n_pairs = 77 };

		assert_int_equal(keyval_parse_json(texts[i], &list, NULL), -EINVAL);
		assert_int_equal(list.n_pairs, 77);
	}
}

static void printing_doubles_commas(void **state)
{
	AUTO_STRBUF text = STRBUF_INIT;
	AUTO_KEYVAL(list);

	(void)state;
	keyval_print(&text, "path", "/a,b,,c");
	keyval_print(&text, "x", "");
	assert_string_equal(text.text, "path=/a,,b,,,,c,x=");
	assert_int_equal(keyval_parse(text.text, NULL, &list, NULL), 0);
	assert_string_equal(keyval_get(&list, "path"), "/a,b,,c");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_are_read),
		cmocka_unit_test(bad_lists_are_refused),
		cmocka_unit_test(too_many_items_are_refused),
		cmocka_unit_test(the_last_value_counts),
		cmocka_unit_test(json_becomes_the_same_list),
		cmocka_unit_test(other_json_is_refused),
		cmocka_unit_test(printing_doubles_commas),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
