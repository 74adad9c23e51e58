/* SPDX-License-Identifier: Apache-2.0 */
/* Covers text_table.h: widths, both alignments, empty cells, no blanks at the end of lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "plan/text_table.h"

static void columns_are_as_wide_as_needed(void **state)
{
	static const char *const cells[] = { "A", "NUMBER", "C",	"long name", "7",
					     "",  "x",	    "12345678", "last" };
	AUTO_STRBUF out = STRBUF_INIT;
	AUTO_TEXT_TABLE table;

	(void)state;
	text_table_init(&table, 3, "<><");
	for (size_t i = 0; i < 9; i++)
		text_table_addf(&table, "%s", cells[i]);
	text_table_format(&table, &out);
	assert_string_equal(strbuf_text(&out), "A            NUMBER  C\n"
					       "long name         7  -\n"
					       "x          12345678  last\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(columns_are_as_wide_as_needed) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
