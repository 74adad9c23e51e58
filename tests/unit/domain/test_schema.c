/* SPDX-License-Identifier: Apache-2.0 */
/* Covers the schema's complaints; that it fits what is printed is a golden case. */
#include "read.h"

static int setup(void **state)
{
	char *schema = NULL;
	int ret = domain_schema_print(&schema, NULL);

	*state = schema;
	return ret;
}

static int teardown(void **state)
{
	free(*state);
	return 0;
}

static int check(const char *schema, const char *inside, struct err *err)
{
	AUTO_STRBUF text = STRBUF_INIT;

	*err = ERR_INIT;
	strbuf_addf(&text, "%s\n%s%s", READ_HEAD, inside, READ_TAIL);
	return domain_schema_check(schema, text.text, text.length, "a.xml", err);
}

static void modes_are_listed(void **state)
{
	static const char *const modes[] = { "strict", "preferred", "interleave", "restrictive",
					     "weighted-interleave" };
	struct err err;

	for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
		char text[160];

		snprintf(text, sizeof(text),
			 "<numatune><memory mode='%s' nodeset='1-4,^3' migratable='no' "
			 "tiering='no'/></numatune>",
			 modes[i]);
		assert_int_equal(check(*state, text, &err), 0);
	}
}

static void what_is_wrong_is_refused_with_the_line(void **state)
{
	static const char *const texts[] = {
		"<numatune><memory mode='default' nodeset='0'/></numatune>",
		"<numatune><memory nodeset='a'/></numatune>",
		"<numatune><memory/></numatune><numatune/>",
		"<numatune><memnode cellid='0'/></numatune>",
		"<vcpu>many</vcpu>",
		"<unknown/>",
		"<vcpu unknown=''>1</vcpu>",
	};
	struct err err;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		assert_int_equal(check(*state, texts[i], &err), -EINVAL);
		assert_true(!strncmp(err.subject, "a.xml:", 6));
		assert_non_null(strstr(err.message, "failed to validate against schema"));
	}
}

static void a_broken_schema_is_refused(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(domain_schema_check("<grammar", "<a/>", 4, "a.xml", &err), -EINVAL);
	assert_true(err.message[0] != '\0');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(modes_are_listed),
		cmocka_unit_test(what_is_wrong_is_refused_with_the_line),
		cmocka_unit_test(a_broken_schema_is_refused),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
