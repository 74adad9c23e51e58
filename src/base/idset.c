/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of small ids: see idset.h. */
#include "base/idset.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"

void idset_add(struct idset *set, unsigned int id)
{
	assert(id < IDSET_MAX);
	set->words[id / 64] |= UINT64_C(1) << (id % 64);
}

void idset_del(struct idset *set, unsigned int id)
{
	assert(id < IDSET_MAX);
	set->words[id / 64] &= ~(UINT64_C(1) << (id % 64));
}

bool idset_has(const struct idset *set, unsigned int id)
{
	return id < IDSET_MAX && (set->words[id / 64] >> (id % 64) & 1);
}

void idset_add_range(struct idset *set, unsigned int first, unsigned int last)
{
	assert(first <= last && last < IDSET_MAX);
	for (unsigned int w = first / 64; w <= last / 64; w++) {
		uint64_t word = ~UINT64_C(0);

		if (w == first / 64)
			word &= ~UINT64_C(0) << (first % 64);
		if (w == last / 64)
			word &= ~UINT64_C(0) >> (63 - last % 64);
		set->words[w] |= word;
	}
}

bool idset_is_empty(const struct idset *set)
{
	return idset_next(set, 0) < 0;
}

unsigned int idset_count(const struct idset *set)
{
	unsigned int count = 0;

	for (size_t w = 0; w < ARRAY_SIZE(set->words); w++)
		count += (unsigned int)__builtin_popcountll(set->words[w]);
	return count;
}

bool idset_equal(const struct idset *a, const struct idset *b)
{
	return !memcmp(a->words, b->words, sizeof(a->words));
}

bool idset_intersects(const struct idset *a, const struct idset *b)
{
	for (size_t w = 0; w < ARRAY_SIZE(a->words); w++)
		if (a->words[w] & b->words[w])
			return true;
	return false;
}

bool idset_is_subset(const struct idset *inner, const struct idset *outer)
{
	for (size_t w = 0; w < ARRAY_SIZE(inner->words); w++)
		if (inner->words[w] & ~outer->words[w])
			return false;
	return true;
}

void idset_union(struct idset *into, const struct idset *from)
{
	for (size_t w = 0; w < ARRAY_SIZE(into->words); w++)
		into->words[w] |= from->words[w];
}

int idset_next(const struct idset *set, unsigned int from)
{
	for (unsigned int w = from / 64; w < ARRAY_SIZE(set->words); w++) {
		uint64_t word = set->words[w];

		if (w == from / 64)
			word &= ~UINT64_C(0) << (from % 64);
		if (word)
			return (int)(w * 64) + __builtin_ctzll(word);
	}
	return -1;
}

int idset_last(const struct idset *set)
{
	for (size_t w = ARRAY_SIZE(set->words); w-- > 0;)
		if (set->words[w])
			return (int)(w * 64) + 63 - __builtin_clzll(set->words[w]);
	return -1;
}

/* Reads one number; false when there is no digit or the value reaches limit. */
static bool parse_id(const char **pos, unsigned int limit, unsigned int *ret_id)
{
	const char *p = *pos;
	unsigned int id = 0;

	if (*p < '0' || *p > '9')
		return false;
	for (; *p >= '0' && *p <= '9'; p++) {
		id = id * 10 + (unsigned int)(*p - '0');
		if (id >= limit)
			return false;
	}
	*pos = p;
	*ret_id = id;
	return true;
}

static const char *skip_blanks(const char *p)
{
	while (*p == ' ' || *p == '\t' || *p == '\n')
		p++;
	return p;
}

int idset_parse(const char *text, unsigned int limit, struct idset *ret_set, struct err *err)
{
	struct idset set = IDSET_EMPTY;
	const char *p = skip_blanks(text);

	assert(limit <= IDSET_MAX);
	while (*p) {
		unsigned int first, last;

		if (!parse_id(&p, limit, &first))
			goto bad;
		last = first;
		if (*p == '-') {
			p++;
			if (!parse_id(&p, limit, &last) || last < first)
				goto bad;
		}
		idset_add_range(&set, first, last);
		p = skip_blanks(p);
		if (*p == ',')
			p = skip_blanks(p + 1);
		else if (*p)
			goto bad;
		else
			break;
		if (!*p)
			goto bad;
	}
	*ret_set = set;
	return 0;
bad:
	return err_set(err, ERR_USER, -EINVAL, NULL,
		       "'%.80s' is not a list of ids below %u (write it like 0-3,8)", text, limit);
}

size_t idset_format(const struct idset *set, char *buf, size_t buf_size)
{
	size_t used = 0;
	int first = idset_next(set, 0);

	if (buf_size)
		buf[0] = '\0';
	while (first >= 0) {
		char item[32];
		int last = first, len;

		while (idset_has(set, (unsigned int)last + 1))
			last++;
		len = last == first ? snprintf(item, sizeof(item), "%s%d", used ? "," : "", first)
				    : snprintf(item, sizeof(item), "%s%d-%d", used ? "," : "",
					       first, last);
		if (used < buf_size)
			snprintf(buf + used, buf_size - used, "%s", item);
		used += (size_t)len;
		first = idset_next(set, (unsigned int)last + 1);
	}
	return used;
}
