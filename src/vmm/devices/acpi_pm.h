/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ACPI fixed hardware (ACPI 6.4 section 4.8.3): PM1a event and control blocks and the PM timer, on
 * the port bus; the power button, and power-off.
 *
 *	ACPI_PM_PORT + 0	PM1_STS (2), PM1_EN (2)
 *	             + 4	PM1_CNT (2)
 *	             + 8	PM_TMR (4)
 *
 * Threads: registers under the bus's lock. acpi_pm_press_power_button() and acpi_pm_pause()
 * take it. The power-off callback runs in a vCPU's thread with the lock held: it must only note
 * the request.
 */
#ifndef TERRACE_VMM_DEVICES_ACPI_PM_H
#define TERRACE_VMM_DEVICES_ACPI_PM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "vmm/devices/io_bus.h"
#include "vmm/devices/irq_line.h"

#define ACPI_PM_PORT	   0x600u
#define ACPI_PM_EVENT_PORT (ACPI_PM_PORT + 0)
#define ACPI_PM_CNT_PORT   (ACPI_PM_PORT + 4)
#define ACPI_PM_TIMER_PORT (ACPI_PM_PORT + 8)
#define ACPI_PM_TIMER_HZ   3579545u

struct acpi_pm_config {
	struct irq_line sci;   /* level triggered, GSI 9 on PCs */
	uint8_t s5_sleep_type; /* the SLP_TYP of \_S5 in the DSDT: power off */
	bool timer_is_32_bit;  /* FADT flag TMR_VAL_EXT; else 24 bits */
	void (*power_off)(void *opaque);
	void *opaque;
	uint64_t (*clock_ns)(void); /* NULL: CLOCK_MONOTONIC */
};

struct acpi_pm;

/* -EEXIST, -ENOMEM. */
int acpi_pm_new(struct io_bus *bus, const struct acpi_pm_config *config, struct acpi_pm **ret_pm,
		struct err *err);
/*
 * Sets PWRBTN_STS, and raises the SCI when the guest has enabled it. Returns false when the guest
 * has not: nobody will react (system_powerdown does nothing then, as with QEMU).
 */
bool acpi_pm_press_power_button(struct acpi_pm *pm);
/* The PM timer stands still while the machine is stopped. */
void acpi_pm_pause(struct acpi_pm *pm);
void acpi_pm_resume(struct acpi_pm *pm);
void acpi_pm_reset(struct acpi_pm *pm);
void acpi_pm_free(struct acpi_pm *pm);
CLEANUP_DEFINE(acpi_pm, acpi_pm_free)

#endif
