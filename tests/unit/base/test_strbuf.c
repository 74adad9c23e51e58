/* SPDX-License-Identifier: Apache-2.0 */
/* Covers base/strbuf.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/strbuf.h"

static void text_grows_over_its_first_capacity(void **state)
{
	AUTO_STRBUF buf = STRBUF_INIT;

	(void)state;
	for (unsigned int i = 0; i < 1000; i++)
		strbuf_addf(&buf, "%u,", i % 10);
	assert_int_equal(buf.length, 2000);
	assert_int_equal(strlen(buf.text), 2000);
	assert_string_equal(buf.text + 1990, "5,6,7,8,9,");
}

static void taking_empties(void **state)
{
	AUTO_STRBUF buf = STRBUF_INIT;
	autofree char *empty = strbuf_take(&buf), *text = NULL;

	(void)state;
	assert_string_equal(empty, "");
	strbuf_add_text(&buf, "ab");
	strbuf_add_char(&buf, 'c');
	strbuf_add(&buf, "\0d", 2);
	assert_int_equal(buf.length, 5);
	text = strbuf_take(&buf);
	assert_memory_equal(text, "abc\0d", 6);
	assert_null(buf.text);
	assert_int_equal(buf.length, 0);
}

static void failure_is_sticky(void **state)
{
	AUTO_STRBUF buf = STRBUF_INIT;

	(void)state;
	strbuf_add_text(&buf, "a");
	/* More than memory can hold; nothing is read from the pointer. */
	strbuf_add(&buf, "b", SIZE_MAX / 2);
	assert_true(buf.failed);
	strbuf_add_text(&buf, "c");
	assert_string_equal(buf.text, "a");
	assert_null(strbuf_take(&buf));
	assert_false(buf.failed);
}

static void reset_keeps_memory(void **state)
{
	AUTO_STRBUF buf = STRBUF_INIT;
	size_t capacity;

	(void)state;
	strbuf_add_text(&buf, "abc");
	capacity = buf.capacity;
	strbuf_reset(&buf);
	assert_string_equal(buf.text, "");
	assert_int_equal(buf.capacity, capacity);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_grows_over_its_first_capacity),
		cmocka_unit_test(taking_empties),
		cmocka_unit_test(failure_is_sticky),
		cmocka_unit_test(reset_keeps_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
