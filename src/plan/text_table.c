/* SPDX-License-Identifier: Apache-2.0 */
/* A small table of text: see text_table.h. */
#include "plan/text_table.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/util.h"

void text_table_init(struct text_table *table, size_t n_columns, const char *align)
{
	assert(n_columns && n_columns <= TEXT_TABLE_COLUMNS_MAX && strlen(align) == n_columns);
	*table = (struct text_table){ .n_columns = n_columns, .align = align };
}

void text_table_fini(struct text_table *table)
{
	strbuf_fini(&table->cells);
}

void text_table_add(struct text_table *table, const char *text)
{
	size_t column = table->n_cells++ % table->n_columns;

	if (!*text)
		text = "-";
	table->widths[column] = MAX(table->widths[column], strlen(text));
	strbuf_add(&table->cells, text, strlen(text) + 1);
}

void text_table_addf(struct text_table *table, const char *fmt, ...)
{
	autofree char *text = NULL;
	va_list args;

	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		table->cells.failed = true;
	else
		text_table_add(table, text);
	va_end(args);
}

static void pad(struct strbuf *out, size_t count)
{
	while (count--)
		strbuf_add_char(out, ' ');
}

void text_table_format(const struct text_table *table, struct strbuf *out)
{
	const char *text = strbuf_text(&table->cells);

	if (table->cells.failed) {
		out->failed = true;
		return;
	}
	for (size_t i = 0; i < table->n_cells; i++) {
		size_t column = i % table->n_columns, length = strlen(text);
		bool last = column + 1 == table->n_columns;

		if (table->align[column] == '>')
			pad(out, table->widths[column] - length);
		strbuf_add(out, text, length);
		if (!last && table->align[column] == '<')
			pad(out, table->widths[column] - length);
		strbuf_add_text(out, last ? "\n" : "  ");
		text += length + 1;
	}
}
