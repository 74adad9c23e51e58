/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Covers base/json_stream.h: documents are found however the bytes are cut; what a broken one costs;
 * that no flood is kept.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json_stream.h"

/* Appends each document, or "!TEXT" for a refused one, and "|" to log. */
static void feed(struct json_stream *stream, const char *bytes, size_t count, struct strbuf *log)
{
	const char *pos = bytes, *end = bytes + count;

	for (;;) {
		AUTO(json) document = NULL;
		struct err err = ERR_INIT;
		int ret = json_stream_read(stream, &pos, end, &document, &err);

		if (ret == 0)
			break;
		if (ret > 0)
			json_format(document, JSON_COMPACT, log);
		else
			strbuf_addf(log, "!%s%s", err.subject, err.message);
		strbuf_add_char(log, '|');
	}
	assert_ptr_equal(pos, end);
}

static void assert_reads_limited(const char *bytes, size_t count, const struct json_limits *limits,
				 const char *expected)
{
	/* Whole, and cut in two at every byte. */
	for (size_t cut = 0; cut <= count; cut++) {
		AUTO(json_stream) stream = json_stream_new(JSON_QEMU, limits);
		AUTO_STRBUF log = STRBUF_INIT;

		feed(stream, bytes, cut, &log);
		feed(stream, bytes + cut, count - cut, &log);
		assert_string_equal(log.text ? log.text : "", expected);
	}
}

static void assert_reads(const char *text, const char *expected)
{
	assert_reads_limited(text, strlen(text), NULL, expected);
}

static void documents_need_nothing_between_them(void **state)
{
	(void)state;
	assert_reads("{\"a\":1}{\"b\":[2]}[]", "{\"a\": 1}|{\"b\": [2]}|[]|");
	assert_reads(" {}\r\n\r\n  {} \r\n", "{}|{}|");
	assert_reads("\"a\"'b'", "\"a\"|\"b\"|");
}

static void words_end_at_the_next_byte(void **state)
{
	(void)state;
	assert_reads("1 -2\nnull{}true", "1|-2|null|{}|");
	assert_reads("1[2]3\"4\"", "1|[2]|3|\"4\"|");
}

static void brackets_in_strings_do_not_count(void **state)
{
	(void)state;
	assert_reads("{\"}\": \"]\\\"}\"}['}','\\'}']", "{\"}\": \"]\\\"}\"}|[\"}\", \"'}\"]|");
}

static void a_bad_document_costs_only_itself(void **state)
{
	(void)state;
	assert_reads("{\"execute\": bad}{\"a\":1}",
		     "!JSON parse error, invalid keyword 'bad'|{\"a\": 1}|");
	assert_reads("{[]}{}", "!JSON parse error, key is not a string in object|{}|");
	assert_reads("{\"a\":1,\"a\":2}{}", "!JSON parse error, duplicate key|{}|");
}

static void an_unbalanced_one_costs_the_line(void **state)
{
	(void)state;
	assert_reads("{]{}\n{}", "!JSON parse error, key is not a string in object|{}|");
	assert_reads("}{}\n{}", "!JSON parse error, expecting value|{}|");
	assert_reads("{\"a\":[}]{}\n{}", "!JSON parse error, expecting value|{}|");
	assert_reads("1,{}\n{}", "1|!JSON parse error, expecting value|{}|");
	assert_reads("\"a\":{}\n{}", "\"a\"|!JSON parse error, expecting value|{}|");
}

static void a_stray_byte_costs_the_line(void **state)
{
	(void)state;
	assert_reads("{\"a\": @, \"x\": {\"b\": 1}} {}\r\n{\"c\":2}",
		     "!JSON parse error, stray '@'|{\"c\": 2}|");
	assert_reads("{\"a\nb\": 1}\n{}",
		     "!JSON parse error, stray '\\x0a'|!JSON parse error, invalid keyword 'b'|"
		     "!JSON parse error, stray '\\x0a'|{}|");
}

static void byte_ff_starts_anew(void **state)
{
	(void)state;
	assert_reads("{\"a\xff{}", "!JSON parse error, stray '\\xff'|{}|");
	assert_reads("{@\xff{}", "!JSON parse error, stray '@'|{}|");
}

static void depth_is_refused_before_it_is_kept(void **state)
{
	const struct json_limits limits = { 1000, 1000, 3 };

	(void)state;
	assert_reads_limited("[[[]]]\n[[[[]]]]\n{}", 18, &limits,
			     "[[[]]]|!JSON nesting depth limit exceeded|{}|");
}

static void size_is_refused_before_it_is_kept(void **state)
{
	const struct json_limits limits = { 6, 1000, 9 };

	(void)state;
	assert_reads_limited("[1,23]\n[1,234]\n{}", 17, &limits,
			     "[1, 23]|!JSON token size limit exceeded|{}|");
}

static void partial_documents_are_known(void **state)
{
	AUTO(json_stream) stream = json_stream_new(JSON_STRICT, NULL);
	AUTO_STRBUF log = STRBUF_INIT;

	(void)state;
	assert_false(json_stream_is_partial(stream));
	feed(stream, " \n", 2, &log);
	assert_false(json_stream_is_partial(stream));
	feed(stream, "{\"a", 3, &log);
	assert_true(json_stream_is_partial(stream));
	feed(stream, "\":1}", 4, &log);
	assert_false(json_stream_is_partial(stream));
	assert_string_equal(log.text, "{\"a\": 1}|");
}

static void strict_streams_have_no_single_quotes(void **state)
{
	AUTO(json_stream) stream = json_stream_new(JSON_STRICT, NULL);
	AUTO_STRBUF log = STRBUF_INIT;

	(void)state;
	feed(stream, "{'a':1}\n{}", 10, &log);
	assert_string_equal(log.text, "!JSON parse error, stray '''|{}|");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(documents_need_nothing_between_them),
		cmocka_unit_test(words_end_at_the_next_byte),
		cmocka_unit_test(brackets_in_strings_do_not_count),
		cmocka_unit_test(a_bad_document_costs_only_itself),
		cmocka_unit_test(an_unbalanced_one_costs_the_line),
		cmocka_unit_test(a_stray_byte_costs_the_line),
		cmocka_unit_test(byte_ff_starts_anew),
		cmocka_unit_test(depth_is_refused_before_it_is_kept),
		cmocka_unit_test(size_is_refused_before_it_is_kept),
		cmocka_unit_test(partial_documents_are_known),
		cmocka_unit_test(strict_streams_have_no_single_quotes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
