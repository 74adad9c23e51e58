/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Append-and-patch table builder.
 *
 * Tables are appended one after the other; lengths, pointers to other tables and checksums are
 * recorded and filled in at the end, when the address of the whole is known.
 *
 *	n = acpi_builder_begin(b, "MCFG", 1);
 *	acpi_buf_u64(&b->buf, ...);
 *	acpi_builder_end(b);
 *	...
 *	acpi_builder_finish(b, base_gpa);
 */
#ifndef TERRACE_ACPI_BUILDER_H
#define TERRACE_ACPI_BUILDER_H

#include <stddef.h>
#include <stdint.h>

#include "acpi/acpi.h"
#include "acpi/buf.h"

#define ACPI_OEM_ID	   "TERRAC"   /* six characters */
#define ACPI_OEM_TABLE_ID  "TERRACE " /* eight */
#define ACPI_CREATOR_ID	   "TRCE"     /* four */
#define ACPI_HEADER_BYTES  36u	      /* ACPI 6.4 section 5.2.6 */
#define ACPI_HEADER_LENGTH 4u	      /* offset of Length */
#define ACPI_HEADER_CHECK  9u	      /* offset of Checksum */
#define ACPI_POINTER_MAX   64u

struct acpi_pointer {
	size_t offset; /* in the blob */
	size_t width;  /* 4 or 8 bytes */
	size_t table;  /* index of the target */
};

struct acpi_builder {
	struct acpi_buf buf;
	struct acpi_table tables[ACPI_TABLE_MAX];
	size_t n_tables;
	struct acpi_pointer pointers[ACPI_POINTER_MAX];
	size_t n_pointers;
};

#define ACPI_BUILDER_INIT ((struct acpi_builder){ 0 })

void acpi_builder_fini(struct acpi_builder *builder);
#define auto_acpi_builder __attribute__((cleanup(acpi_builder_fini))) struct acpi_builder

/* Starts a table with the common header; returns its index. */
size_t acpi_builder_begin(struct acpi_builder *builder, const char *signature, uint8_t revision);
/* Starts a structure that has no common header and no checksum (the FACS). */
size_t acpi_builder_begin_bare(struct acpi_builder *builder, const char *signature);
/* Ends the table begun last: fixes its size. */
void acpi_builder_end(struct acpi_builder *builder);

/* Appends room for the address of a table that was begun before: width bytes, 4 or 8. */
void acpi_builder_pointer(struct acpi_builder *builder, size_t table, size_t width);

/* Resolves pointers for a blob at base_gpa, then writes checksums. 0 or -ENOMEM. */
int acpi_builder_finish(struct acpi_builder *builder, uint64_t base_gpa);

/* The byte that makes n bytes sum up to 0. */
uint8_t acpi_checksum(const uint8_t *bytes, size_t n);

#endif
