/* SPDX-License-Identifier: Apache-2.0 */
/* An interrupt line as a device sees it: raise or lower. Who listens is the machine's business. */
#ifndef TERRACE_VMM_DEVICES_IRQ_LINE_H
#define TERRACE_VMM_DEVICES_IRQ_LINE_H

#include <stdbool.h>

struct irq_line {
	void (*set)(void *opaque, unsigned int number, bool level); /* any thread; must not block */
	void *opaque;
	unsigned int number; /* GSI */
};

static inline void irq_line_set(const struct irq_line *line, bool level)
{
	if (line->set)
		line->set(line->opaque, line->number, level);
}

#endif
