/* SPDX-License-Identifier: Apache-2.0 */
/* See scalar.h. */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/util.h"
#include "domain/scalar.h"

/* Reads digits; false when there are none or the id is too large for a set. */
static bool parse_id(const char **pos, unsigned int *ret_id)
{
	const char *p = *pos;
	unsigned int id = 0;

	if (*p < '0' || *p > '9')
		return false;
	for (; *p >= '0' && *p <= '9'; p++) {
		id = id * 10 + (unsigned int)(*p - '0');
		if (id >= IDSET_MAX)
			return false;
	}
	*pos = p;
	*ret_id = id;
	return true;
}

/* One of "3", "1-4", "^3". */
static bool parse_item(const char **pos, struct idset *set)
{
	bool remove = **pos == '^';
	unsigned int first, last;

	*pos += remove;
	if (!parse_id(pos, &first))
		return false;
	if (remove) {
		idset_del(set, first);
		return true;
	}
	last = first;
	if (**pos == '-') {
		++*pos;
		if (!parse_id(pos, &last) || last < first)
			return false;
	}
	idset_add_range(set, first, last);
	return true;
}

int bind_set_parse(const char *text, struct idset *ret_set)
{
	struct idset set = IDSET_EMPTY;
	const char *p = text + strspn(text, " \t\n");

	for (;;) {
		if (!parse_item(&p, &set))
			return -EINVAL;
		p += strspn(p, " \t\n");
		if (!*p)
			break;
		if (*p != ',')
			return -EINVAL;
		p++;
		p += strspn(p, " \t\n");
	}
	if (idset_is_empty(&set))
		return -ERANGE;
	*ret_set = set;
	return 0;
}

/* Letter of a suffix to its power: K 1, M 2, ... E 6; 0: none. */
static unsigned int power(char letter)
{
	static const char letters[] = "kmgtpe";
	const char *p = strchr(letters, letter | 0x20);

	return letter && p ? (unsigned int)(p - letters) + 1 : 0;
}

int bind_size_scale(uint64_t value, const char *unit, uint64_t *ret_bytes)
{
	uint64_t scale = 1;
	unsigned int base = 1024;

	if (strcasecmp(unit, "b") && strcasecmp(unit, "byte") && strcasecmp(unit, "bytes")) {
		unsigned int n = power(unit[0]);

		if (!n || (unit[1] && strcasecmp(unit + 1, "b") && strcasecmp(unit + 1, "ib")))
			return -EINVAL;
		if (!strcasecmp(unit + 1, "b"))
			base = 1000;
		while (n-- > 0)
			scale *= base;
	}
	return checked_mul(value, scale, ret_bytes) ? 0 : -ERANGE;
}
