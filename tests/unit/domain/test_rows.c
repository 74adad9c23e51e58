/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Covers the promise that the golden case "everything" has each element and attribute that is known:
 * whoever adds a row adds it there.
 *
 * usage: test-domain-rows FILE
 */
#include "domain/bind.h"
#include "read.h"

#define ROWS_MAX 2000

static const struct bind_row *seen[ROWS_MAX];
static size_t n_seen;
static const char *file_name;

static void mark(const struct bind_row *row)
{
	assert_true(n_seen < ROWS_MAX);
	seen[n_seen++] = row;
}

static bool is_given(const struct bind_row *row, const void *member)
{
	if (row->kind == BIND_FLAG)
		return *(const bool *)member;
	if (row->kind == BIND_RAW)
		return *(char *const *)member != NULL;
	switch (row->type) {
	case BIND_TEXT:
	case BIND_NUMBER_TEXT:
		return *(char *const *)member != NULL;
	case BIND_NUMBER:
	case BIND_SIGNED:
	case BIND_SIZE:
	case BIND_BYTES:
		return ((const struct domain_number *)member)->given;
	case BIND_SET:
		return ((const struct domain_set *)member)->given;
	case BIND_ENUM:
		return *(const int *)member != 0;
	}
	return false;
}

/* Marks the rows that the struct at base has a value for. */
static void visit(const struct bind_row *rows, const void *base)
{
	for (const struct bind_row *row = rows; row->kind; row++) {
		const char *member = (const char *)base + row->offset;

		if (row->kind == BIND_CHILD) {
			if (*(const bool *)member)
				visit(row->rows, member);
		} else if (row->kind == BIND_LIST) {
			for (size_t i = 0; i < ((const size_t *)(const void *)member)[1]; i++)
				visit(row->rows,
				      *(char *const *)(const void *)member + i * row->item_bytes);
		} else if (is_given(row, member)) {
			mark(row);
		}
	}
}

/* Counts rows that were never marked, by name. */
static size_t count_missing(const struct bind_row *rows, const char *parent)
{
	size_t n = 0;

	for (const struct bind_row *row = rows; row->kind; row++) {
		bool found = false;

		if (row->kind == BIND_CHILD || row->kind == BIND_LIST) {
			n += count_missing(row->rows, row->name);
			continue;
		}
		for (size_t i = 0; i < n_seen && !found; i++)
			found = seen[i] == row;
		if (!found)
			fprintf(stderr, "%s: no %s in <%s>\n", file_name,
				row->name ? row->name : "text", parent);
		n += !found;
	}
	return n;
}

static void everything_is_in_the_golden_case(void **state)
{
	static char text[1 << 16];
	struct domain_spec *domain = NULL;
	FILE *file = fopen(file_name, "re");
	size_t length;

	(void)state;
	assert_non_null(file);
	length = fread(text, 1, sizeof(text), file);
	fclose(file);
	assert_int_equal(domain_read(text, length, file_name, 0, &domain, NULL), 0);
	visit(domain_rows, domain);
	domain_free(domain);
	assert_int_equal(count_missing(domain_rows, "domain"), 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_is_in_the_golden_case),
	};

	if (argc != 2)
		return 2;
	file_name = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
