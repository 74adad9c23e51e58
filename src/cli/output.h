/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What verbs print: virsh's tables, JSON, a progress line, colours.
 *
 * Everything goes to stdout, progress and errors to stderr. Colours and progress only where stderr
 * or stdout is a terminal; colours never with NO_COLOR in the environment (no-color.org).
 *
 * Threads: the program has one.
 */
#ifndef TERRACE_CLI_OUTPUT_H
#define TERRACE_CLI_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/err.h"
#include "base/json.h"
#include "base/strbuf.h"

/* ---- Tables, as virsh prints them: " Id   Name   State", dashes, rows ---- */

#define TABLE_COLUMNS_MAX 12u

struct table {
	size_t n_columns;
	char **cells; /* row by row; the first row is the header */
	size_t n_cells;
	bool failed; /* no memory */
};

/* headers has n_columns texts; table_fini() it. */
void table_init(struct table *table, size_t n_columns, const char *const headers[]);
void table_fini(struct table *table);
/* n_columns texts; copied. */
void table_add(struct table *table, const char *const cells[]);
/* Widths are counted in characters, not bytes. -ENOMEM. */
int table_format(const struct table *table, struct strbuf *out, struct err *err);
int table_print(const struct table *table, struct err *err);
#define AUTO_TABLE(name) __attribute__((cleanup(table_fini))) struct table name = { 0 }

/* ---- JSON ---- */

/* Prints value, which it takes, and a line end. -ENOMEM. */
int output_json(struct json *value, struct err *err);

/* ---- Terminals ---- */

bool output_colour(FILE *stream);

/*
 * "error: TEXT" on stderr, one line. Reads NO_COLOR.
 */
void output_error(const struct err *err);
void output_warning(const char *text);

/*
 * Shows what is being done, on one line of stderr that each call replaces; nothing where stderr is
 * no terminal. A manager_progress: context is not used. output_progress_end() wipes the line.
 */
void output_progress(void *context, const char *line);
void output_progress_end(void);

/* -EIO when stdout could not be written: a full disk is an error, a closed pipe is not. */
int output_flush(struct err *err);

#endif
