// SPDX-License-Identifier: Apache-2.0
#include "cli/output.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/util.h"

void table_init(struct table *table, size_t n_columns, const char *const headers[])
{
	assert(n_columns > 0 && n_columns <= TABLE_COLUMNS_MAX);
	*table = (struct table){ .n_columns = n_columns };
	table_add(table, headers);
}

void table_fini(struct table *table)
{
	for (size_t i = 0; i < table->n_cells; i++)
		free(table->cells[i]);
	free(table->cells);
	*table = (struct table){ 0 };
}

void table_add(struct table *table, const char *const cells[])
{
	size_t n = table->n_cells + table->n_columns;
	char **more = reallocarray(table->cells, n, sizeof(*more));

	if (!more) {
		table->failed = true;
		return;
	}
	table->cells = more;
	for (size_t i = 0; i < table->n_columns; i++) {
		more[table->n_cells] = strdup(cells[i]);
		if (!more[table->n_cells]) {
			table->failed = true;
			return;
		}
		table->n_cells++;
	}
}

/* Characters of UTF-8: every byte that does not continue one. */
static size_t text_width(const char *text)
{
	size_t width = 0;

	for (; *text; text++)
		width += ((unsigned char)*text & 0xc0) != 0x80;
	return width;
}

static void row_format(const struct table *table, char *const cells[], const size_t widths[],
		       struct strbuf *out)
{
	for (size_t i = 0; i < table->n_columns; i++) {
		strbuf_addf(out, " %s", cells[i]);
		for (size_t pad = text_width(cells[i]); i + 1 < table->n_columns; pad++) {
			if (pad == widths[i] + 2)
				break;
			strbuf_add_char(out, ' ');
		}
	}
	strbuf_add_char(out, '\n');
}

int table_format(const struct table *table, struct strbuf *out, struct err *err)
{
	size_t widths[TABLE_COLUMNS_MAX] = { 0 }, n_dashes = 0;

	if (table->failed)
		return err_set(err, ERR_HOST, -ENOMEM, NULL, "no memory for a table");
	for (size_t i = 0; i < table->n_cells; i++) {
		size_t *width = &widths[i % table->n_columns];

		*width = MAX(*width, text_width(table->cells[i]));
	}
	for (size_t i = 0; i < table->n_columns; i++)
		n_dashes += widths[i] + 3;
	for (size_t row = 0; row < table->n_cells; row += table->n_columns) {
		row_format(table, &table->cells[row], widths, out);
		for (size_t i = 0; row == 0 && i < n_dashes; i++)
			strbuf_add_char(out, '-');
		if (row == 0)
			strbuf_add_char(out, '\n');
	}
	return out->failed ? err_set(err, ERR_HOST, -ENOMEM, NULL, "no memory for a table") : 0;
}

int table_print(const struct table *table, struct err *err)
{
	AUTO_STRBUF out = STRBUF_INIT;
	int ret = table_format(table, &out, err);

	if (ret == 0)
		fputs(strbuf_text(&out), stdout);
	return ret;
}

int output_json(struct json *value, struct err *err)
{
	AUTO(json) owned = value;
	autofree char *text = json_print(owned, JSON_PRETTY);

	if (!text)
		return err_set(err, ERR_HOST, -ENOMEM, NULL, "no memory for JSON");
	puts(text);
	return 0;
}

bool output_colour(FILE *stream)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(fileno(stream)) && !(no_color && *no_color) &&
	       !(term && strcmp(term, "dumb") == 0);
}

static void output_message(const char *kind, const char *colour, const char *text)
{
	bool coloured = output_colour(stderr);

	fflush(stdout);
	fprintf(stderr, "%s%s:%s %s\n", coloured ? colour : "", kind, coloured ? "\033[0m" : "",
		text);
}

void output_error(const struct err *err)
{
	char text[ERR_SUBJECT_MAX + ERR_MESSAGE_MAX];

	output_message("error", "\033[1;31m", err_text(err, text, sizeof(text)));
}

void output_warning(const char *text)
{
	output_message("warning", "\033[1;33m", text);
}

/* A line that wrapped could not be wiped. */
void output_progress(void *context, const char *line)
{
	struct winsize window;

	(void)context;
	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &window) < 0)
		return;
	fprintf(stderr, "\r\033[K%.*s", window.ws_col ? window.ws_col - 1 : 79, line);
}

void output_progress_end(void)
{
	if (isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
}

int output_flush(struct err *err)
{
	errno = 0;
	if (fflush(stdout) == 0 && !ferror(stdout))
		return 0;
	if (errno == EPIPE)
		return 0;
	return err_set_errno(err, ERR_HOST, errno ? -errno : -EIO, NULL, "cannot write the output");
}
