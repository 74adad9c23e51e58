/* SPDX-License-Identifier: Apache-2.0 */
/* Covers the limits of a document, and that hostile ones stay cheap. */
#include <time.h>

#include "read.h"

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static const char *error_of(const struct strbuf *text, unsigned int flags, struct err *err)
{
	assert_false(text->failed);
	return read_error(text->text, text->length, flags, err);
}

static void repeat(struct strbuf *text, const char *piece, size_t n)
{
	for (size_t i = 0; i < n; i++)
		strbuf_add_text(text, piece);
}

static void size_is_limited(void **state)
{
	AUTO_STRBUF text = STRBUF_INIT;
	struct err err;

	(void)state;
	strbuf_add_text(&text, READ_HEAD);
	while (text.length <= 2 * MIB - strlen(READ_TAIL) - 1)
		strbuf_add_char(&text, ' ');
	strbuf_add_text(&text, READ_TAIL);
	assert_int_equal(text.length, 2 * MIB);
	assert_string_equal(error_of(&text, 0, &err), "");
	strbuf_add_char(&text, '\n');
	assert_string_equal(error_of(&text, 0, &err), "XML error: larger than 2 MiB");
	assert_string_equal(err.subject, "a.xml");
}

static void elements_are_limited(void **state)
{
	AUTO_STRBUF text = STRBUF_INIT;
	struct err err;

	(void)state;
	strbuf_add_text(&text, READ_HEAD);
	repeat(&text, "<metadata/>", 50001);
	strbuf_add_text(&text, READ_TAIL);
	assert_string_equal(error_of(&text, 0, &err), "XML error: more than 50000 elements");
}

static void attributes_are_limited(void **state)
{
	AUTO_STRBUF text = STRBUF_INIT;
	struct err err;

	(void)state;
	strbuf_add_text(&text, READ_HEAD "<metadata>");
	repeat(&text, "<a b='' c='' d='' e=''/>", 40000);
	strbuf_add_text(&text, "</metadata>" READ_TAIL);
	assert_string_equal(error_of(&text, 0, &err), "XML error: more than 150000 attributes");
}

static void depth_is_limited(void **state)
{
	struct err err;

	(void)state;
	for (size_t depth = 31; depth <= 32; depth++) {
		AUTO_STRBUF text = STRBUF_INIT;

		strbuf_add_text(&text, READ_HEAD "<metadata>");
		repeat(&text, "<a>", depth - 2 + 1);
		repeat(&text, "</a>", depth - 2 + 1);
		strbuf_add_text(&text, "</metadata>" READ_TAIL);
		assert_string_equal(error_of(&text, 0, &err),
				    depth == 31 ? "" : "XML error: elements nested deeper than 32");
	}
}

static void unknown_ones_are_limited(void **state)
{
	AUTO_STRBUF text = STRBUF_INIT;
	struct err err;

	(void)state;
	strbuf_add_text(&text, READ_HEAD);
	repeat(&text, "<x/>", 256);
	strbuf_add_text(&text, READ_TAIL);
	assert_string_equal(error_of(&text, DOMAIN_READ_LAX, &err), "");
	strbuf_reset(&text);
	strbuf_add_text(&text, READ_HEAD);
	repeat(&text, "<x/>", 257);
	strbuf_add_text(&text, READ_TAIL);
	assert_string_equal(error_of(&text, DOMAIN_READ_LAX, &err),
			    "XML error: more than 256 elements and attributes that are not known");
	assert_string_equal(err.subject, "a.xml:1: /domain/x[257]");
}

static void lists_are_limited(void **state)
{
	AUTO_STRBUF text = STRBUF_INIT;
	struct err err;

	(void)state;
	strbuf_add_text(&text, READ_HEAD "<numatune>");
	repeat(&text, "<memnode cellid='0' nodeset='0'/>", 4097);
	strbuf_add_text(&text, "</numatune>" READ_TAIL);
	assert_string_equal(error_of(&text, 0, &err),
			    "XML error: more than 4096 elements 'memnode'");
}

/* As many as fit of whatever is repeated: 100 ms each; the limit leaves room for sanitizers. */
static void hostile_documents_are_cheap(void **state)
{
	static const struct {
		const char *before, *piece, *after;
	} documents[] = {
		{ "<vcpu cpuset='", "0-4095,", "0'/>" },
		{ "<vcpu cpuset='", "0,^0,", "0'/>" },
		{ "<devices>", "<memory model='dimm'><target><size>1</size></target></memory>",
		  "</devices>" },
		{ "<cputune>", "<vcpupin vcpu='9' cpuset='0'/>", "</cputune>" },
		{ "<iothreads>4096</iothreads><cputune>", "<iothreadpin iothread='1' cpuset='0'/>",
		  "</cputune>" },
		{ "<iothreadids>", "<iothread id='1'/>", "</iothreadids>" },
		{ "<metadata>", "<a/>", "</metadata>" },
		{ "<description>", "&lt;", "</description>" },
		{ "", "<x y=''/>", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(documents); i++) {
		for (unsigned int flags = 0; flags <= DOMAIN_READ_LAX; flags++) {
			AUTO_STRBUF text = STRBUF_INIT;
			double start = seconds();
			struct err err;
			size_t n = MIN((2 * MIB - 512) / strlen(documents[i].piece),
				       strchr(documents[i].piece, '<') ? (size_t)16000 : SIZE_MAX);

			strbuf_add_text(&text, READ_HEAD);
			strbuf_add_text(&text, documents[i].before);
			repeat(&text, documents[i].piece, n);
			strbuf_add_text(&text, documents[i].after);
			strbuf_add_text(&text, READ_TAIL);
			error_of(&text, flags, &err);
			assert_true(seconds() - start < 1.0);
		}
	}
}

/* The largest domain that is meant to work: 64 cells with all distances, 1,024 pinned vCPUs. */
static void a_large_domain_is_quick(void **state)
{
	AUTO_STRBUF text = STRBUF_INIT;
	struct err err;
	double start;

	(void)state;
	strbuf_add_text(&text, READ_HEAD "<vcpu>1024</vcpu><cputune>");
	for (int i = 0; i < 1024; i++)
		strbuf_addf(&text, "<vcpupin vcpu='%d' cpuset='%d'/>", i, i);
	strbuf_add_text(&text, "</cputune><cpu><numa>");
	for (int i = 0; i < 64; i++) {
		strbuf_addf(&text, "<cell cpus='%d-%d' memory='1' unit='GiB'><distances>", i * 16,
			    i * 16 + 15);
		for (int j = 0; j < 64; j++)
			strbuf_addf(&text, "<sibling id='%d' value='%d'/>", j, i == j ? 10 : 20);
		strbuf_add_text(&text, "</distances></cell>");
	}
	strbuf_add_text(&text, "</numa></cpu>" READ_TAIL);
	start = seconds();
	assert_string_equal(error_of(&text, 0, &err), "");
	assert_true(seconds() - start < 0.2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(size_is_limited),
		cmocka_unit_test(elements_are_limited),
		cmocka_unit_test(attributes_are_limited),
		cmocka_unit_test(depth_is_limited),
		cmocka_unit_test(unknown_ones_are_limited),
		cmocka_unit_test(lists_are_limited),
		cmocka_unit_test(hostile_documents_are_cheap),
		cmocka_unit_test(a_large_domain_is_quick),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
