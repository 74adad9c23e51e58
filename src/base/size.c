/* SPDX-License-Identifier: Apache-2.0 */
/* Sizes as text: see size.h. */
#include "base/size.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/util.h"

static int digit_value(char c, unsigned int base)
{
	int v = -1;

	if (c >= '0' && c <= '9')
		v = c - '0';
	else if (c >= 'a' && c <= 'f')
		v = c - 'a' + 10;
	else if (c >= 'A' && c <= 'F')
		v = c - 'A' + 10;
	return v >= 0 && (unsigned int)v < base ? v : -1;
}

/* Reads an integer and moves *pos behind it; 0x selects base 16 where allowed. */
static int parse_integer(const char **pos, uint64_t *ret_value, bool *ret_is_hex)
{
	const char *p = *pos;
	unsigned int base = 10;
	uint64_t value = 0;

	if (p[0] == '0' && (p[1] == 'x' || p[1] == 'X')) {
		base = 16;
		p += 2;
	}
	if (digit_value(*p, base) < 0)
		return -EINVAL;
	for (; digit_value(*p, base) >= 0; p++)
		if (!checked_mul(value, base, &value) ||
		    !checked_add(value, (uint64_t)digit_value(*p, base), &value))
			return -ERANGE;
	*pos = p;
	*ret_value = value;
	*ret_is_hex = base == 16;
	return 0;
}

/* The unit of a suffix; 0 when c is none. */
static uint64_t suffix_unit(char c)
{
	switch (c) {
	case 'b':
	case 'B':
		return 1;
	case 'k':
	case 'K':
		return KIB;
	case 'm':
	case 'M':
		return MIB;
	case 'g':
	case 'G':
		return GIB;
	case 't':
	case 'T':
		return TIB;
	case 'p':
	case 'P':
		return TIB << 10;
	case 'e':
	case 'E':
		return TIB << 20;
	}
	return 0;
}

/* unit * 0.digits, rounded down, in integers: QEMU's doubles lose bits that we keep. */
static uint64_t fraction_bytes(const char **pos, uint64_t unit_of_suffix)
{
	const char *p = *pos;
	uint64_t numerator = 0, denominator = 1;

	for (; *p >= '0' && *p <= '9'; p++) {
		if (denominator <= UINT64_C(100000000)) {
			numerator = numerator * 10 + (uint64_t)(*p - '0');
			denominator *= 10;
		}
	}
	*pos = p;
	return (uint64_t)((unsigned __int128)unit_of_suffix * numerator / denominator);
}

int size_parse(const char *text, uint64_t default_unit, uint64_t *ret_bytes)
{
	const char *p = text, *fraction = NULL;
	uint64_t whole, unit = default_unit, extra = 0, bytes;
	bool is_hex;
	int ret = parse_integer(&p, &whole, &is_hex);

	if (ret < 0)
		return ret;
	if (*p == '.' && !is_hex) {
		fraction = ++p;
		if (*p < '0' || *p > '9')
			return -EINVAL;
		while (*p >= '0' && *p <= '9')
			p++;
	}
	if (*p) {
		unit = suffix_unit(*p);
		if (!unit || p[1])
			return -EINVAL;
	}
	if (fraction) {
		if (unit == 1)
			return -EINVAL;
		extra = fraction_bytes(&fraction, unit);
	}
	if (!checked_mul(whole, unit, &bytes) || !checked_add(bytes, extra, &bytes))
		return -ERANGE;
	*ret_bytes = bytes;
	return 0;
}

int number_parse(const char *text, uint64_t *ret_value)
{
	uint64_t value;
	bool is_hex;
	int ret = parse_integer(&text, &value, &is_hex);

	if (ret < 0)
		return ret;
	if (*text)
		return -EINVAL;
	*ret_value = value;
	return 0;
}

const char *size_format(uint64_t bytes, char *buf, size_t buf_size)
{
	static const char suffixes[] = "KMGTPE";
	uint64_t value = bytes;
	int steps = 0;

	while (value && value % 1024 == 0 && suffixes[steps]) {
		value /= 1024;
		steps++;
	}
	if (steps)
		snprintf(buf, buf_size, "%" PRIu64 "%c", value, suffixes[steps - 1]);
	else
		snprintf(buf, buf_size, "%" PRIu64, bytes);
	return buf;
}
