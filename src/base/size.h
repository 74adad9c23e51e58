/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sizes as people write them: "512M", "1.5G", "2097152k".
 *
 * The grammar is QEMU's: decimal with an optional fraction, or hexadecimal (0x...), then one of the
 * suffixes B k K M G T P E (powers of 1024). No sign, no blanks, no trailing text.
 */
#ifndef TERRACE_BASE_SIZE_H
#define TERRACE_BASE_SIZE_H

#include <stddef.h>
#include <stdint.h>

/*
 * default_unit multiplies a number without suffix (1 for bytes, MIB for -m).
 * -EINVAL: not a size. -ERANGE: 2^64 or more. *ret_bytes is untouched on failure.
 */
int size_parse(const char *text, uint64_t default_unit, uint64_t *ret_bytes);

/* Decimal or 0x number that fits 64 bits, nothing else. -EINVAL, -ERANGE as above. */
int number_parse(const char *text, uint64_t *ret_value);

/* Exact and short: "2G", "1536M", "1000" (bytes). Returns buf. 24 bytes are always enough. */
const char *size_format(uint64_t bytes, char *buf, size_t buf_size);

#endif
