/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AML writer (ACPI 6.4 chapter 20).
 *
 * AML is written in prefix order, and so is this: an operator, then its operands, each appended by
 * one call. What encloses other terms has a _begin that returns a mark and one common aml_end():
 *
 *	size_t device = aml_device_begin(aml, "COM1");
 *	aml_name_eisaid(aml, "_HID", "PNP0501");
 *	size_t method = aml_method_begin(aml, "_STA", 0, AML_NOT_SERIALIZED);
 *	aml_op(aml, AML_RETURN);
 *	aml_integer(aml, 0xf);
 *	aml_end(aml, method);
 *	aml_end(aml, device);
 *
 * Package lengths are inserted when a block ends, in their shortest form. Names are written as in
 * ASL ("\\_SB.PCI0", "^CDW1", "_CRS"); segments shorter than four characters are padded.
 */
#ifndef TERRACE_ACPI_AML_H
#define TERRACE_ACPI_AML_H

#include <stddef.h>
#include <stdint.h>

#include "acpi/buf.h"

/* Opcodes (ACPI 6.4 section 20.3); 0x5bxx are the extended ones. Operands follow in this order. */
enum aml_op {
	AML_ZERO = 0x00,
	AML_ONE = 0x01,
	AML_ONES = 0xff,
	AML_LOCAL0 = 0x60, /* .. AML_LOCAL0 + 7 */
	AML_ARG0 = 0x68,   /* .. AML_ARG0 + 6 */

	AML_STORE = 0x70,	/* value, target */
	AML_ADD = 0x72,		/* a, b, target; AML_ZERO as target: none */
	AML_SUBTRACT = 0x74,	/* a, b, target */
	AML_INCREMENT = 0x75,	/* target */
	AML_DECREMENT = 0x76,	/* target */
	AML_MULTIPLY = 0x77,	/* a, b, target */
	AML_SHIFT_LEFT = 0x79,	/* value, count, target */
	AML_SHIFT_RIGHT = 0x7a, /* value, count, target */
	AML_AND = 0x7b,		/* a, b, target */
	AML_OR = 0x7d,		/* a, b, target */
	AML_XOR = 0x7f,		/* a, b, target */
	AML_NOT = 0x80,		/* a, target */
	AML_DEREF_OF = 0x83,	/* reference */
	AML_NOTIFY = 0x86,	/* object, value */
	AML_SIZE_OF = 0x87,	/* object */
	AML_INDEX = 0x88,	/* buffer or package, index, target */
	AML_DWORD_FIELD = 0x8a, /* CreateDWordField: buffer, byte index, name */
	AML_QWORD_FIELD = 0x8f, /* CreateQWordField: buffer, byte index, name */
	AML_LAND = 0x90,	/* a, b */
	AML_LOR = 0x91,		/* a, b */
	AML_LNOT = 0x92,	/* a; LNotEqual is AML_LNOT, AML_LEQUAL */
	AML_LEQUAL = 0x93,	/* a, b */
	AML_LGREATER = 0x94,	/* a, b */
	AML_LLESS = 0x95,	/* a, b */
	AML_CONTINUE = 0x9f,
	AML_RETURN = 0xa4, /* value */
	AML_BREAK = 0xa5,

	AML_ACQUIRE = 0x5b23, /* mutex, then aml_word(timeout ms); 0xffff: for ever */
	AML_RELEASE = 0x5b27, /* mutex */
};

enum aml_serialized {
	AML_NOT_SERIALIZED,
	AML_SERIALIZED,
};

/* Operands and operators. */
void aml_op(struct acpi_buf *aml, enum aml_op op);
void aml_local(struct acpi_buf *aml, unsigned int n); /* 0..7 */
void aml_arg(struct acpi_buf *aml, unsigned int n);   /* 0..6 */
/* A reference by name; also how a method is called, its arguments following. */
void aml_name_string(struct acpi_buf *aml, const char *name);
/* The shortest form. */
void aml_integer(struct acpi_buf *aml, uint64_t value);
void aml_string(struct acpi_buf *aml, const char *text);
void aml_buffer(struct acpi_buf *aml, const void *bytes, size_t n);
/* "PNP0A08": three capital letters and four hexadecimal digits (ASL EISAID). */
void aml_eisaid(struct acpi_buf *aml, const char *id);
/* "33db4d5b-1f15-401c-9657-7441c03dd766" as 16 bytes buffer (ASL ToUUID). */
void aml_uuid(struct acpi_buf *aml, const char *uuid);
/* Raw little-endian field of an operator that takes one (a mutex timeout, say). */
void aml_word(struct acpi_buf *aml, uint16_t value);

/* Name (name, value). aml_name() is followed by the value. */
void aml_name(struct acpi_buf *aml, const char *name);
void aml_name_integer(struct acpi_buf *aml, const char *name, uint64_t value);
void aml_name_string_value(struct acpi_buf *aml, const char *name, const char *text);
void aml_name_eisaid(struct acpi_buf *aml, const char *name, const char *id);

/* Blocks: the mark goes to aml_end(), innermost first. */
size_t aml_scope_begin(struct acpi_buf *aml, const char *name);
size_t aml_device_begin(struct acpi_buf *aml, const char *name);
size_t aml_method_begin(struct acpi_buf *aml, const char *name, unsigned int n_args,
			enum aml_serialized serialized);
/* n_elements (at most 255) terms follow. */
size_t aml_package_begin(struct acpi_buf *aml, unsigned int n_elements);
/* The condition follows, then the terms. Else directly after the If's end. */
size_t aml_if_begin(struct acpi_buf *aml);
size_t aml_else_begin(struct acpi_buf *aml);
size_t aml_while_begin(struct acpi_buf *aml);
void aml_end(struct acpi_buf *aml, size_t mark);

/* Hardware: regions, fields, mutexes. */
enum aml_region_space {
	AML_SYSTEM_MEMORY = 0,
	AML_SYSTEM_IO = 1,
};
/* Access type | update rule (ACPI 6.4 section 20.2.5.2); lock is bit 4. */
enum aml_field_flags {
	AML_FIELD_ANY = 0,
	AML_FIELD_BYTE = 1,
	AML_FIELD_WORD = 2,
	AML_FIELD_DWORD = 3,
	AML_FIELD_QWORD = 4,
	AML_FIELD_LOCK = 1 << 4,
	AML_FIELD_PRESERVE = 0 << 5,
	AML_FIELD_WRITE_AS_ONES = 1 << 5,
	AML_FIELD_WRITE_AS_ZEROS = 2 << 5,
};
void aml_region(struct acpi_buf *aml, const char *name, enum aml_region_space space,
		uint64_t offset, uint64_t size_bytes);
size_t aml_field_begin(struct acpi_buf *aml, const char *region, unsigned int flags);
/* name is one segment; NULL skips the bits. */
void aml_field_unit(struct acpi_buf *aml, const char *name, uint32_t bits);
void aml_mutex(struct acpi_buf *aml, const char *name, uint8_t sync_level);

/* Resource templates (ACPI 6.4 section 6.4): begin, descriptors, end. */
size_t aml_resources_begin(struct acpi_buf *aml);
void aml_resources_end(struct acpi_buf *aml, size_t mark);

/* Ports first..first+count-1, sixteen bits decoded. */
void aml_resource_io(struct acpi_buf *aml, uint16_t first, uint8_t count);
/* ISA interrupt 0..15: edge, active high, exclusive (IRQNoFlags). */
void aml_resource_irq(struct acpi_buf *aml, unsigned int irq);
enum aml_interrupt_flags {
	AML_INTERRUPT_CONSUMER = 1 << 0,
	AML_INTERRUPT_EDGE = 1 << 1,
	AML_INTERRUPT_ACTIVE_LOW = 1 << 2,
	AML_INTERRUPT_SHARED = 1 << 3,
};
/* Extended interrupt descriptor with one GSI. */
void aml_resource_interrupt(struct acpi_buf *aml, uint32_t gsi, unsigned int flags);
/* Consumed, read-write. */
void aml_resource_memory32_fixed(struct acpi_buf *aml, uint32_t base, uint32_t size_bytes);

/* Windows that a bridge produces: size must not be 0, the end must fit the width. */
void aml_resource_bus_window(struct acpi_buf *aml, uint16_t first, uint16_t last);
void aml_resource_io_window(struct acpi_buf *aml, uint16_t base, uint32_t size);
void aml_resource_memory32_window(struct acpi_buf *aml, uint32_t base, uint64_t size_bytes);
void aml_resource_memory64_window(struct acpi_buf *aml, uint64_t base, uint64_t size_bytes);

#endif
