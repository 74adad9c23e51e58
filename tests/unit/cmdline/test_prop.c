/* SPDX-License-Identifier: Apache-2.0 */
/* Covers prop.h: each type of property, widths and limits, words, printing back, help. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/util.h"
#include "cmdline/prop.h"
#include "spec/spec.h"

struct thing {
	bool flag;
	enum spec_onoffauto merge;
	uint8_t small;
	uint16_t medium;
	uint32_t large, limited, nonzero;
	uint64_t huge, size_bytes, legacy_bytes;
	char *name;
	uint8_t colour;
	struct idset ids;
};

static const char *const colours[] = { "red", "green", "blue", NULL };
static const char *const off_only[] = { "off", NULL };

static const struct cmdline_prop rows[] = {
	{ "flag", PROP_BOOL, PROP_FIELD(thing, flag), .help = "a flag" },
	{ "merge", PROP_ONOFF, PROP_FIELD(thing, merge), .help = "h" },
	{ "small", PROP_UINT, PROP_FIELD(thing, small), .help = "h" },
	{ "medium", PROP_UINT, PROP_FIELD(thing, medium), .help = "h" },
	{ "large", PROP_UINT, PROP_FIELD(thing, large), .help = "h" },
	{ "limited", PROP_UINT, PROP_FIELD(thing, limited), .min = 2, .max = 5, .help = "h" },
	{ "nonzero", PROP_UINT, PROP_FIELD(thing, nonzero), .flags = PROP_NONZERO, .help = "h" },
	{ "huge", PROP_UINT, PROP_FIELD(thing, huge), .help = "h" },
	{ "size", PROP_SIZE, PROP_FIELD(thing, size_bytes), .help = "h" },
	{ "legacy", PROP_SIZE, PROP_FIELD(thing, legacy_bytes), .flags = PROP_MIB, .help = "h" },
	{ "name", PROP_STRING, PROP_FIELD(thing, name), .help = "h" },
	{ "colour", PROP_ENUM, PROP_FIELD(thing, colour), .names = colours, .help = "h" },
	{ "ids", PROP_IDSET, PROP_FIELD(thing, ids), .help = "h" },
	{ "usb", PROP_FIXED, .names = off_only, .help = "h" },
	{ "order", PROP_ANY, .help = "h" },
};
static const struct cmdline_props props = {
	.name = "thing",
	.implied = "name",
	.rows = rows,
	.n_rows = ARRAY_SIZE(rows),
};

static int read_text(const char *text, struct thing *thing, struct err *err)
{
	AUTO_KEYVAL(list);

	assert_int_equal(keyval_parse(text, NULL, &list, NULL), 0);
	return cmdline_props_read(&props, &list, thing, err);
}

/* Reads, prints; frees. */
static void check_round(const char *text, const char *printed)
{
	static const struct thing defaults;
	struct thing thing = { 0 };
	AUTO_STRBUF out = STRBUF_INIT;

	assert_int_equal(read_text(text, &thing, NULL), 0);
	cmdline_props_print(&props, &thing, &defaults, &out);
	assert_string_equal(strbuf_text(&out), printed);
	cmdline_props_fini(&props, &thing);
	assert_null(thing.name);
}

static void values_are_printed_back(void **state)
{
	(void)state;
	check_round("", "");
	check_round("flag=on,merge=off", "flag=on,merge=off");
	check_round("flag=yes,merge=true", "flag=on,merge=on");
	check_round("flag=off", "");
	check_round("small=255,medium=65535,large=4294967295,huge=18446744073709551615",
		    "small=255,medium=65535,large=4294967295,huge=18446744073709551615");
	check_round("large=0x10", "large=16");
	check_round("size=1.5G,legacy=512", "size=1536M,legacy=512M");
	/* Bytes must not turn into MiB. */
	check_round("size=1000,legacy=1000B", "size=1000,legacy=1000B");
	check_round("colour=blue", "colour=blue");
	check_round("colour=red", "");
	check_round("ids=7,ids=1-3,ids=2-4", "ids=1-4,ids=7");
	check_round("usb=off,usb=no,order=cdn", "");
	check_round("flag=on,flag=off,small=1,small=2", "small=2");
}

static void the_implied_key_is_left_out_where_that_is_safe(void **state)
{
	(void)state;
	check_round("name=a", "a");
	check_round("name=a,,b", "a,,b");
	check_round("name=a=b", "name=a=b");
	check_round("name=help", "name=help");
	check_round("name=?", "name=?");
	check_round("name={}", "name={}");
	check_round("name=", "name=");
	/* Only in the first place. */
	check_round("name=a,small=1", "small=1,name=a");
}

static void words_are_booleans(void **state)
{
	struct thing thing = { 0 };
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(read_text("flag,nomerge", &thing, NULL), 0);
	assert_true(thing.flag);
	assert_int_equal(thing.merge, SPEC_OFF);
	assert_int_equal(read_text("nousb", &thing, NULL), 0);
	assert_int_equal(read_text("usb", &thing, &err), -EINVAL);
	assert_int_equal(read_text("small", &thing, &err), -EINVAL);
	assert_string_equal(err.message, "Expected '=' after parameter 'small'");
	assert_int_equal(read_text("nosmall", &thing, &err), -EINVAL);
	assert_string_equal(err.message, "Invalid parameter 'nosmall' (did you mean 'small'?)");
	assert_int_equal(read_text("no", &thing, &err), -EINVAL);
}

static void bad_values_are_refused(void **state)
{
	static const struct {
		const char *text, *error;
	} bad[] = {
		{ "flag=maybe", "Parameter 'flag' expects 'on' or 'off'" },
		{ "merge=auto", "Parameter 'merge' expects 'on' or 'off'" },
		{ "small=256", "Parameter 'small' expects uint8_t" },
		{ "medium=65536", "Parameter 'medium' expects uint16_t" },
		{ "large=4294967296", "Parameter 'large' expects uint32_t" },
		{ "huge=18446744073709551616", "Parameter 'huge' expects uint64_t" },
		{ "small=-1", "Parameter 'small' expects uint8_t" },
		{ "small=", "Parameter 'small' expects uint8_t" },
		{ "small=1k", "Parameter 'small' expects uint8_t" },
		{ "limited=1", "Parameter 'limited' expects an integer between 2 and 5" },
		{ "limited=6", "Parameter 'limited' expects an integer between 2 and 5" },
		{ "nonzero=0", "property 'nonzero' of thing doesn't take value '0'" },
		{ "size=16E", "Parameter 'size' expects a non-negative number below 2^64" },
		{ "size=-1", "Parameter 'size' expects a non-negative number below 2^64" },
		{ "size=1Q",
		  "Parameter 'size' expects a size value (a number, then optionally k, M, G, T, P "
		  "or E)" },
		{ "colour=pink",
		  "Parameter 'colour' does not accept value 'pink' (known: red, green, blue)" },
		{ "usb=on",
		  "Parameter 'usb' does not accept value 'on': terrace-vmm only has off" },
		{ "ids=4096",
		  "Parameter 'ids' expects an integer or a range below 4096, not '4096'" },
		{ "colr=red", "Invalid parameter 'colr'" },
		{ "colou=red", "Invalid parameter 'colou' (did you mean 'colour'?)" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct thing thing = { 0 };
		struct err err = ERR_INIT;

		assert_int_equal(read_text(bad[i].text, &thing, &err), -EINVAL);
		if (strncmp(bad[i].text, "colr", 4))
			assert_string_equal(err.message, bad[i].error);
		assert_string_equal(err.subject, "");
	}
}

static void what_is_required_must_be_there(void **state)
{
	static const struct cmdline_prop row[] = {
		{ "small", PROP_UINT, PROP_FIELD(thing, small),
		  .flags = PROP_REQUIRED | PROP_ALWAYS, .help = "h" },
	};
	static const struct cmdline_props required = { .name = "r", .rows = row, .n_rows = 1 };
	struct thing thing = { 0 };
	struct keyval none = KEYVAL_INIT;
	struct err err = ERR_INIT;
	AUTO_STRBUF out = STRBUF_INIT;

	(void)state;
	assert_int_equal(cmdline_props_read(&required, &none, &thing, &err), -EINVAL);
	assert_string_equal(err.message, "Parameter 'small' is missing");
	/* PROP_ALWAYS: printed although it is the default. */
	cmdline_props_print(&required, &thing, &thing, &out);
	assert_string_equal(strbuf_text(&out), "small=0");
}

static void help_names_every_property(void **state)
{
	AUTO_STRBUF out = STRBUF_INIT;

	(void)state;
	cmdline_props_help(&props, &out);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_non_null(strstr(out.text, rows[i].name));
	assert_non_null(strstr(out.text, "colour=red|green|blue"));
	assert_non_null(strstr(out.text, "flag=on|off"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_printed_back),
		cmocka_unit_test(the_implied_key_is_left_out_where_that_is_safe),
		cmocka_unit_test(words_are_booleans),
		cmocka_unit_test(bad_values_are_refused),
		cmocka_unit_test(what_is_required_must_be_there),
		cmocka_unit_test(help_names_every_property),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
