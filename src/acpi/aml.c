/* SPDX-License-Identifier: Apache-2.0 */
#include "acpi/aml.h"

#include <assert.h>
#include <string.h>

/* ACPI 6.4 section 20.2: what the public enumeration does not need to name. */
enum {
	OP_NAME = 0x08,
	OP_BYTE = 0x0a,
	OP_WORD = 0x0b,
	OP_DWORD = 0x0c,
	OP_STRING = 0x0d,
	OP_QWORD = 0x0e,
	OP_SCOPE = 0x10,
	OP_BUFFER = 0x11,
	OP_PACKAGE = 0x12,
	OP_METHOD = 0x14,
	OP_DUAL_NAME = 0x2e,
	OP_MULTI_NAME = 0x2f,
	OP_IF = 0xa0,
	OP_ELSE = 0xa1,
	OP_WHILE = 0xa2,
	OP_MUTEX = 0x5b01,
	OP_REGION = 0x5b80,
	OP_FIELD = 0x5b81,
	OP_DEVICE = 0x5b82,
};

#define SEGMENT_CHARS  4u
#define PKG_LENGTH_MAX ((1u << 28) - 1)

static void put_op(struct acpi_buf *aml, unsigned int op)
{
	if (op > 0xff)
		acpi_buf_u8(aml, (uint8_t)(op >> 8));
	acpi_buf_u8(aml, (uint8_t)op);
}

void aml_op(struct acpi_buf *aml, enum aml_op op)
{
	put_op(aml, op);
}

void aml_local(struct acpi_buf *aml, unsigned int n)
{
	assert(n <= 7);
	put_op(aml, AML_LOCAL0 + n);
}

void aml_arg(struct acpi_buf *aml, unsigned int n)
{
	assert(n <= 6);
	put_op(aml, AML_ARG0 + n);
}

static void put_segment(struct acpi_buf *aml, const char *text, size_t n)
{
	char segment[SEGMENT_CHARS] = { '_', '_', '_', '_' };

	assert(n >= 1 && n <= SEGMENT_CHARS);
	memcpy(segment, text, n);
	acpi_buf_append(aml, segment, sizeof(segment));
}

static size_t count_segments(const char *path)
{
	size_t n = 1;

	for (const char *p = path; *p; p++)
		n += *p == '.';
	return n;
}

void aml_name_string(struct acpi_buf *aml, const char *name)
{
	size_t n_segments;

	for (; *name == '\\' || *name == '^'; name++)
		acpi_buf_u8(aml, (uint8_t)*name);
	if (!*name) {
		acpi_buf_u8(aml, 0); /* NullName: "\" alone */
		return;
	}
	n_segments = count_segments(name);
	assert(n_segments <= UINT8_MAX);
	if (n_segments == 2) {
		acpi_buf_u8(aml, OP_DUAL_NAME);
	} else if (n_segments > 2) {
		acpi_buf_u8(aml, OP_MULTI_NAME);
		acpi_buf_u8(aml, (uint8_t)n_segments);
	}
	for (size_t i = 0; i < n_segments; i++) {
		size_t n = strcspn(name, ".");

		put_segment(aml, name, n);
		name += n + 1;
	}
}

/* Width in bytes of the shortest data form, its prefix before it. 0 and 1 are opcodes. */
static size_t integer_form(uint64_t value, uint8_t *ret_prefix)
{
	if (value <= UINT8_MAX) {
		*ret_prefix = OP_BYTE;
		return 1;
	}
	if (value <= UINT16_MAX) {
		*ret_prefix = OP_WORD;
		return 2;
	}
	if (value <= UINT32_MAX) {
		*ret_prefix = OP_DWORD;
		return 4;
	}
	*ret_prefix = OP_QWORD;
	return 8;
}

void aml_integer(struct acpi_buf *aml, uint64_t value)
{
	uint8_t prefix;
	size_t width;

	if (value <= 1) {
		put_op(aml, (unsigned int)value);
		return;
	}
	width = integer_form(value, &prefix);
	acpi_buf_u8(aml, prefix);
	acpi_buf_le(aml, value, width);
}

void aml_string(struct acpi_buf *aml, const char *text)
{
	acpi_buf_u8(aml, OP_STRING);
	acpi_buf_append(aml, text, strlen(text) + 1);
}

void aml_buffer(struct acpi_buf *aml, const void *bytes, size_t n)
{
	size_t mark;

	put_op(aml, OP_BUFFER);
	mark = aml->length;
	aml_integer(aml, n);
	acpi_buf_append(aml, bytes, n);
	aml_end(aml, mark);
}

static unsigned int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned int)(c - '0');
	if (c >= 'a' && c <= 'f')
		return (unsigned int)(c - 'a') + 10;
	assert(c >= 'A' && c <= 'F');
	return (unsigned int)(c - 'A') + 10;
}

/* Three letters of five bits, four digits of four, big endian (ACPI 6.4 section 19.6, EISAID). */
void aml_eisaid(struct acpi_buf *aml, const char *id)
{
	uint32_t value = 0;

	assert(strlen(id) == 7);
	for (int i = 0; i < 3; i++) {
		assert(id[i] >= 'A' && id[i] <= 'Z');
		value = value << 5 | (uint32_t)(id[i] - 'A' + 1);
	}
	for (int i = 3; i < 7; i++)
		value = value << 4 | hex_digit(id[i]);
	acpi_buf_u8(aml, OP_DWORD);
	acpi_buf_u32(aml, __builtin_bswap32(value));
}

/* The first three groups are little endian, the rest as written (ACPI 6.4 section 19.6, ToUUID). */
void aml_uuid(struct acpi_buf *aml, const char *uuid)
{
	static const uint8_t text_at[16] = { 6,	 4,  2,	 0,  11, 9,  16, 14,
					     19, 21, 24, 26, 28, 30, 32, 34 };
	uint8_t bytes[16];

	assert(strlen(uuid) == 36);
	for (size_t i = 0; i < sizeof(bytes); i++) {
		const char *pair = uuid + text_at[i];

		bytes[i] = (uint8_t)(hex_digit(pair[0]) << 4 | hex_digit(pair[1]));
	}
	aml_buffer(aml, bytes, sizeof(bytes));
}

void aml_word(struct acpi_buf *aml, uint16_t value)
{
	acpi_buf_u16(aml, value);
}

void aml_name(struct acpi_buf *aml, const char *name)
{
	put_op(aml, OP_NAME);
	aml_name_string(aml, name);
}

void aml_name_integer(struct acpi_buf *aml, const char *name, uint64_t value)
{
	aml_name(aml, name);
	aml_integer(aml, value);
}

void aml_name_string_value(struct acpi_buf *aml, const char *name, const char *text)
{
	aml_name(aml, name);
	aml_string(aml, text);
}

void aml_name_eisaid(struct acpi_buf *aml, const char *name, const char *id)
{
	aml_name(aml, name);
	aml_eisaid(aml, id);
}

/* A block's mark is the place of its package length. */
static size_t begin_block(struct acpi_buf *aml, unsigned int op)
{
	put_op(aml, op);
	return aml->length;
}

static size_t begin_named(struct acpi_buf *aml, unsigned int op, const char *name)
{
	size_t mark = begin_block(aml, op);

	aml_name_string(aml, name);
	return mark;
}

size_t aml_scope_begin(struct acpi_buf *aml, const char *name)
{
	return begin_named(aml, OP_SCOPE, name);
}

size_t aml_device_begin(struct acpi_buf *aml, const char *name)
{
	return begin_named(aml, OP_DEVICE, name);
}

size_t aml_method_begin(struct acpi_buf *aml, const char *name, unsigned int n_args,
			enum aml_serialized serialized)
{
	size_t mark = begin_named(aml, OP_METHOD, name);

	assert(n_args <= 7);
	acpi_buf_u8(aml, (uint8_t)(n_args | (serialized == AML_SERIALIZED ? 1u << 3 : 0)));
	return mark;
}

size_t aml_package_begin(struct acpi_buf *aml, unsigned int n_elements)
{
	size_t mark = begin_block(aml, OP_PACKAGE);

	assert(n_elements <= UINT8_MAX);
	acpi_buf_u8(aml, (uint8_t)n_elements);
	return mark;
}

size_t aml_if_begin(struct acpi_buf *aml)
{
	return begin_block(aml, OP_IF);
}

size_t aml_else_begin(struct acpi_buf *aml)
{
	return begin_block(aml, OP_ELSE);
}

size_t aml_while_begin(struct acpi_buf *aml)
{
	return begin_block(aml, OP_WHILE);
}

/*
 * PkgLength (ACPI 6.4 section 20.2.4): counts itself. One byte holds six bits; otherwise the top
 * two bits of the first byte count the bytes that follow and its low four bits are the lowest.
 */
static size_t pkg_length_encode(size_t content, uint8_t ret_bytes[4])
{
	size_t extra = 0, length;

	if (content + 1 < 1u << 6) {
		ret_bytes[0] = (uint8_t)(content + 1);
		return 1;
	}
	do {
		extra++;
		length = content + 1 + extra;
	} while (length >= (size_t)1 << (4 + 8 * extra));
	assert(length <= PKG_LENGTH_MAX);
	ret_bytes[0] = (uint8_t)(extra << 6 | (length & 0xf));
	for (size_t i = 0; i < extra; i++)
		ret_bytes[1 + i] = (uint8_t)(length >> (4 + 8 * i));
	return 1 + extra;
}

void aml_end(struct acpi_buf *aml, size_t mark)
{
	uint8_t bytes[4];

	if (acpi_buf_error(aml))
		return;
	assert(mark <= aml->length);
	acpi_buf_insert(aml, mark, bytes, pkg_length_encode(aml->length - mark, bytes));
}

void aml_region(struct acpi_buf *aml, const char *name, enum aml_region_space space,
		uint64_t offset, uint64_t size_bytes)
{
	put_op(aml, OP_REGION);
	aml_name_string(aml, name);
	acpi_buf_u8(aml, (uint8_t)space);
	aml_integer(aml, offset);
	aml_integer(aml, size_bytes);
}

size_t aml_field_begin(struct acpi_buf *aml, const char *region, unsigned int flags)
{
	size_t mark = begin_named(aml, OP_FIELD, region);

	acpi_buf_u8(aml, (uint8_t)flags);
	return mark;
}

/* A unit's length in bits has the form of a PkgLength that does not count itself. */
void aml_field_unit(struct acpi_buf *aml, const char *name, uint32_t bits)
{
	uint8_t bytes[4];
	size_t extra = 0;

	if (name)
		put_segment(aml, name, strlen(name));
	else
		acpi_buf_u8(aml, 0); /* ReservedField */
	if (bits < 1u << 6) {
		acpi_buf_u8(aml, (uint8_t)bits);
		return;
	}
	do
		extra++;
	while (bits >= UINT64_C(1) << (4 + 8 * extra));
	assert(extra <= 3);
	bytes[0] = (uint8_t)(extra << 6 | (bits & 0xf));
	for (size_t i = 0; i < extra; i++)
		bytes[1 + i] = (uint8_t)(bits >> (4 + 8 * i));
	acpi_buf_append(aml, bytes, 1 + extra);
}

void aml_mutex(struct acpi_buf *aml, const char *name, uint8_t sync_level)
{
	put_op(aml, OP_MUTEX);
	aml_name_string(aml, name);
	acpi_buf_u8(aml, sync_level & 0xf);
}
