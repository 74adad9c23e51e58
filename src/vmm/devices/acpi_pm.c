/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Theory of operation
 *
 * Job: see acpi_pm.h. The machine starts in ACPI mode (SCI_EN set): there is no SMI command port to
 * switch by (FADT SMI_CMD is 0; ACPI 6.4 section 4.8.2.5).
 * Model: status bits are write-one-to-clear; SCI = any (status & enable). The timer is computed from
 * a clock when read. Its overflow bit is not kept: Linux never enables it.
 * Registers answer to any access that lies inside the block, byte by byte, as the standard wants for
 * PM1 (section 4.8.3.1: 8-bit parts must work).
 */
#include "vmm/devices/acpi_pm.h"

#include <errno.h>
#include <string.h>
#include <time.h>

/* ACPI 6.4 tables 4.15, 4.16 and 4.17 */
#define PM1_PWRBTN     0x0100u
#define PM1_EN_ALL     0x0721u /* timer, global, power, sleep, RTC */
#define PM1_CNT_SCI_EN 0x0001u
#define PM1_CNT_STORED 0x1c03u /* SCI_EN, BM_RLD, SLP_TYP */
#define PM1_CNT_SLP_EN 0x2000u
#define SLP_TYP_SHIFT  10u
#define SLP_TYP_MASK   7u

#define NS_PER_S UINT64_C(1000000000)

#define EVENT_BYTES 4u
#define CNT_BYTES   2u
#define TIMER_BYTES 4u

struct acpi_pm {
	struct io_bus *bus; /* its lock protects all of this */
	struct acpi_pm_config config;
	uint16_t status, enable, control;
	bool sci_level;
	bool paused;
	uint64_t paused_at_ns; /* valid while paused */
	uint64_t skipped_ns;   /* time that the guest has not seen */
};

static uint64_t monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

static void update_sci(struct acpi_pm *pm)
{
	bool level = (pm->control & PM1_CNT_SCI_EN) && (pm->status & pm->enable);

	if (level == pm->sci_level)
		return;
	pm->sci_level = level;
	irq_line_set(&pm->config.sci, level);
}

/* Bytes [offset, offset + size) of a little-endian register file. */
static uint64_t take_bytes(uint64_t registers, uint64_t offset, unsigned int size)
{
	uint64_t value = registers >> (offset * 8);

	return size >= 8 ? value : value & ((UINT64_C(1) << (size * 8)) - 1);
}

static uint64_t put_bytes(uint64_t registers, uint64_t offset, unsigned int size, uint64_t value)
{
	uint64_t mask = size >= 8 ? UINT64_MAX : (UINT64_C(1) << (size * 8)) - 1;

	mask <<= offset * 8;
	return (registers & ~mask) | ((value << (offset * 8)) & mask);
}

static uint64_t event_read(void *device, uint64_t offset, unsigned int size)
{
	struct acpi_pm *pm = device;

	return take_bytes(pm->status | (uint32_t)pm->enable << 16, offset, size);
}

static void event_write(void *device, uint64_t offset, unsigned int size, uint64_t value)
{
	struct acpi_pm *pm = device;
	/* Bytes that are not written clear nothing in STS, and keep EN. */
	uint64_t written = put_bytes((uint32_t)pm->enable << 16, offset, size, value);

	pm->status &= (uint16_t)~written;
	pm->enable = (uint16_t)(written >> 16) & PM1_EN_ALL;
	update_sci(pm);
}

static uint64_t control_read(void *device, uint64_t offset, unsigned int size)
{
	struct acpi_pm *pm = device;

	return take_bytes(pm->control, offset, size);
}

static void control_write(void *device, uint64_t offset, unsigned int size, uint64_t value)
{
	struct acpi_pm *pm = device;
	uint16_t written = (uint16_t)put_bytes(pm->control, offset, size, value);

	pm->control = (written & PM1_CNT_STORED) | PM1_CNT_SCI_EN;
	if ((written & PM1_CNT_SLP_EN) &&
	    ((written >> SLP_TYP_SHIFT) & SLP_TYP_MASK) == pm->config.s5_sleep_type)
		pm->config.power_off(pm->config.opaque);
}

static uint64_t guest_ns(const struct acpi_pm *pm)
{
	return (pm->paused ? pm->paused_at_ns : pm->config.clock_ns()) - pm->skipped_ns;
}

static uint64_t timer_read(void *device, uint64_t offset, unsigned int size)
{
	struct acpi_pm *pm = device;
	uint64_t ns = guest_ns(pm);
	uint64_t ticks = ns / NS_PER_S * ACPI_PM_TIMER_HZ +
			 ns % NS_PER_S * ACPI_PM_TIMER_HZ / NS_PER_S;

	ticks &= pm->config.timer_is_32_bit ? UINT32_MAX : 0xffffffu;
	return take_bytes(ticks, offset, size);
}

static void timer_write(void *device, uint64_t offset, unsigned int size, uint64_t value)
{
	(void)device, (void)offset, (void)size, (void)value;
}

static const struct {
	const char *name;
	uint16_t port, size_bytes;
	struct io_ops ops;
} blocks[] = {
	{ "ACPI PM1 event", ACPI_PM_EVENT_PORT, EVENT_BYTES, { event_read, event_write } },
	{ "ACPI PM1 control", ACPI_PM_CNT_PORT, CNT_BYTES, { control_read, control_write } },
	{ "ACPI PM timer", ACPI_PM_TIMER_PORT, TIMER_BYTES, { timer_read, timer_write } },
};
#define N_BLOCKS (sizeof(blocks) / sizeof(blocks[0]))

static void power_on(struct acpi_pm *pm)
{
	pm->status = pm->enable = 0;
	pm->control = PM1_CNT_SCI_EN;
	update_sci(pm);
}

int acpi_pm_new(struct io_bus *bus, const struct acpi_pm_config *config, struct acpi_pm **ret_pm,
		struct err *err)
{
	AUTO(acpi_pm) pm = calloc(1, sizeof(*pm));

	if (!pm)
		return err_set(err, ERR_HOST, -ENOMEM, NULL, "out of memory");
	pm->bus = bus;
	pm->config = *config;
	if (!pm->config.clock_ns)
		pm->config.clock_ns = monotonic_ns;
	pm->skipped_ns = pm->config.clock_ns();
	power_on(pm);
	for (size_t i = 0; i < N_BLOCKS; i++) {
		int r = io_bus_add(bus, blocks[i].name, blocks[i].port, blocks[i].size_bytes,
				   &blocks[i].ops, pm, err);

		if (r < 0) {
			while (i-- > 0)
				io_bus_remove(bus, blocks[i].port);
			pm->bus = NULL;
			return r;
		}
	}
	*ret_pm = TAKE_PTR(pm);
	return 0;
}

bool acpi_pm_press_power_button(struct acpi_pm *pm)
{
	bool enabled;

	io_bus_lock(pm->bus);
	enabled = pm->enable & PM1_PWRBTN;
	pm->status |= PM1_PWRBTN;
	update_sci(pm);
	io_bus_unlock(pm->bus);
	return enabled;
}

void acpi_pm_pause(struct acpi_pm *pm)
{
	io_bus_lock(pm->bus);
	if (!pm->paused) {
		pm->paused_at_ns = pm->config.clock_ns();
		pm->paused = true;
	}
	io_bus_unlock(pm->bus);
}

void acpi_pm_resume(struct acpi_pm *pm)
{
	io_bus_lock(pm->bus);
	if (pm->paused) {
		pm->skipped_ns += pm->config.clock_ns() - pm->paused_at_ns;
		pm->paused = false;
	}
	io_bus_unlock(pm->bus);
}

void acpi_pm_reset(struct acpi_pm *pm)
{
	io_bus_lock(pm->bus);
	power_on(pm);
	io_bus_unlock(pm->bus);
}

void acpi_pm_free(struct acpi_pm *pm)
{
	if (!pm)
		return;
	for (size_t i = 0; pm->bus && i < N_BLOCKS; i++)
		io_bus_remove(pm->bus, blocks[i].port);
	free(pm);
}
