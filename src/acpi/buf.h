/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A growing byte buffer, little endian, for tables and AML.
 *
 * A failed allocation sticks: later calls do nothing, and the one who takes the bytes asks
 * acpi_buf_error() once at the end.
 */
#ifndef TERRACE_ACPI_BUF_H
#define TERRACE_ACPI_BUF_H

#include <stddef.h>
#include <stdint.h>

struct acpi_buf {
	uint8_t *bytes;
	size_t length, capacity;
	int error; /* 0 or -ENOMEM */
};

#define ACPI_BUF_INIT ((struct acpi_buf){ 0 })

void acpi_buf_fini(struct acpi_buf *buf);
#define auto_acpi_buf __attribute__((cleanup(acpi_buf_fini))) struct acpi_buf

void acpi_buf_append(struct acpi_buf *buf, const void *bytes, size_t n);
void acpi_buf_zeros(struct acpi_buf *buf, size_t n);
/* The low width bytes of value; width is 1..8. */
void acpi_buf_le(struct acpi_buf *buf, uint64_t value, size_t width);
void acpi_buf_u8(struct acpi_buf *buf, uint8_t value);
void acpi_buf_u16(struct acpi_buf *buf, uint16_t value);
void acpi_buf_u32(struct acpi_buf *buf, uint32_t value);
void acpi_buf_u64(struct acpi_buf *buf, uint64_t value);

/* Zeros up to a multiple of align, a power of two. */
void acpi_buf_align(struct acpi_buf *buf, size_t align);
/* Moves what stands from offset on and puts n bytes before it. offset <= length. */
void acpi_buf_insert(struct acpi_buf *buf, size_t offset, const void *bytes, size_t n);
/* Overwrites width bytes at offset, which must have been written. */
void acpi_buf_patch(struct acpi_buf *buf, size_t offset, uint64_t value, size_t width);

/* 0, or -ENOMEM when any call since the start failed. */
int acpi_buf_error(const struct acpi_buf *buf);

#endif
