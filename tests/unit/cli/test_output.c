/* SPDX-License-Identifier: Apache-2.0 */
/* Covers output.h: tables look as virsh's do; colours keep away from files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "cli/output.h"

static const char *const headers[] = { "Id", "Name", "State" };

static void an_empty_table_is_virsh_s(void **state)
{
	AUTO_TABLE(table);
	AUTO_STRBUF out = STRBUF_INIT;

	(void)state;
	table_init(&table, 3, headers);
	assert_int_equal(table_format(&table, &out, NULL), 0);
	assert_string_equal(strbuf_text(&out), " Id   Name   State\n--------------------\n");
}

static void columns_are_as_wide_as_their_widest_cell(void **state)
{
	AUTO_TABLE(table);
	AUTO_STRBUF out = STRBUF_INIT;

	(void)state;
	table_init(&table, 3, headers);
	table_add(&table, (const char *const[]){ "1", "web", "running" });
	table_add(&table, (const char *const[]){ "-", "datab\303\244nk", "shut off" });
	assert_int_equal(table_format(&table, &out, NULL), 0);
	assert_string_equal(strbuf_text(&out), " Id   Name       State\n"
					       "---------------------------\n"
					       " 1    web        running\n"
					       " -    datab\303\244nk   shut off\n");
}

static void no_colours_where_there_is_no_terminal(void **state)
{
	FILE *file = tmpfile();

	(void)state;
	assert_non_null(file);
	assert_false(output_colour(file));
	fclose(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_table_is_virsh_s),
		cmocka_unit_test(columns_are_as_wide_as_their_widest_cell),
		cmocka_unit_test(no_colours_where_there_is_no_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
