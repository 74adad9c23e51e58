/* SPDX-License-Identifier: Apache-2.0 */
/* An interrupt line that counts. */
#ifndef TERRACE_TESTS_VMM_FAKE_IRQ_H
#define TERRACE_TESTS_VMM_FAKE_IRQ_H

#include "vmm/devices/irq_line.h"

struct fake_irq {
	unsigned int number;
	bool level;
	unsigned int n_raised, n_calls;
};

static inline void fake_irq_set(void *opaque, unsigned int number, bool level)
{
	struct fake_irq *irq = opaque;

	irq->number = number;
	irq->n_calls++;
	if (level && !irq->level)
		irq->n_raised++;
	irq->level = level;
}

static inline struct irq_line fake_irq_line(struct fake_irq *irq, unsigned int number)
{
	return (struct irq_line){ fake_irq_set, irq, number };
}

#endif
