/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small table of text: cells are added row by row, columns are as wide as they need to be.
 *
 *	struct text_table table;
 *
 *	text_table_init(&table, 2, "<>");
 *	text_table_add(&table, "NODE");
 *	text_table_add(&table, "MEMORY");
 *	text_table_addf(&table, "%u", 0);
 *	...
 *	text_table_format(&table, out);
 *	text_table_fini(&table);
 *
 * Threads: a value of one thread.
 */
#ifndef TERRACE_PLAN_TEXT_TABLE_H
#define TERRACE_PLAN_TEXT_TABLE_H

#include <stddef.h>

#include "base/strbuf.h"

#define TEXT_TABLE_COLUMNS_MAX 12u

struct text_table {
	size_t n_columns;
	const char *align; /* one character for each column: '<' or '>' */
	size_t widths[TEXT_TABLE_COLUMNS_MAX];
	size_t n_cells;
	struct strbuf cells; /* each with a NUL behind it */
};

void text_table_init(struct text_table *table, size_t n_columns, const char *align);
void text_table_fini(struct text_table *table);
#define AUTO_TEXT_TABLE __attribute__((cleanup(text_table_fini))) struct text_table

/* The next cell of the row; "" becomes "-". */
void text_table_add(struct text_table *table, const char *text);
void text_table_addf(struct text_table *table, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* All rows, two blanks between columns, none at the end of a line. */
void text_table_format(const struct text_table *table, struct strbuf *out);

#endif
