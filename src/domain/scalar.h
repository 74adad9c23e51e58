/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sets and sizes in libvirt's grammar, for the XML and for whoever else takes them from people.
 *
 * Threads: pure functions.
 */
#ifndef TERRACE_DOMAIN_SCALAR_H
#define TERRACE_DOMAIN_SCALAR_H

#include <stdint.h>

#include "base/idset.h"

/* "0-3,^2,8"; returns 0, -EINVAL, or -ERANGE when it came out empty. */
int bind_set_parse(const char *text, struct idset *ret_set);
/* value in unit ("KiB", "b") to bytes. -EINVAL: no such unit; -ERANGE: too large. */
int bind_size_scale(uint64_t value, const char *unit, uint64_t *ret_bytes);

#endif
