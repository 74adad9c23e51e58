/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Theory of operation
 *
 * Job: see rtc.h.
 * Model: guest time = host time + offset. The time registers are computed when they are read. Writing
 * one, or ending a SET of register B, decodes them all and changes the offset; the phase within the
 * second stays, unless the divider was held in reset: then the next second begins 500 ms after its
 * release (data sheet, "Divider control").
 * The timer is armed only while an interrupt is enabled: for the next second (update, alarm) or the
 * next period. Flags of register C that nobody has enabled are brought up to date when it is read.
 * Threads and locks: all state is under the bus's lock.
 */
#include "vmm/devices/rtc.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "base/util.h"
#include "vmm/devices/device_timer.h"
#include "vmm/devices/rtc_time.h"

#define NS_PER_S INT64_C(1000000000)

#define CMOS_BYTES 128u

/* Data sheet, "Registers" */
#define A_UIP		0x80u
#define A_RATE		0x0fu
#define A_DIVIDER	0x70u
#define A_DIVIDER_RESET 0x60u /* 11x */
#define A_POWER_ON	0x26u /* 32768 Hz, 1024 Hz */
#define B_SET		0x80u
#define B_PIE		0x40u
#define B_AIE		0x20u
#define B_UIE		0x10u
#define C_IRQF		0x80u
#define C_PF		0x40u
#define C_AF		0x20u
#define C_UF		0x10u
#define D_VALID		0x80u
#define ALARM_ANY	0xc0u

#define UPDATE_NS	INT64_C(244000) /* UIP rises this long before the update */
#define DIVIDER_HALF_NS (NS_PER_S / 2)

struct rtc {
	struct io_bus *bus; /* its lock protects all of this */
	struct rtc_config config;
	struct device_timer *timer;
	int64_t offset_ns;
	int64_t flags_at_s;	 /* guest second up to which C_UF and C_AF are known */
	int64_t set_phase_ns;	 /* while SET: the phase to go on with */
	uint64_t next_period_ns; /* CLOCK_MONOTONIC; 0: no periodic interrupt */
	uint8_t index;
	bool irq_level;
	uint8_t cmos[CMOS_BYTES];
};

static uint64_t realtime_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * (uint64_t)NS_PER_S + (uint64_t)now.tv_nsec;
}

static int64_t guest_ns(const struct rtc *rtc)
{
	return (int64_t)(rtc->config.clock_ns() + (uint64_t)rtc->offset_ns);
}

static int64_t floor_seconds(int64_t ns)
{
	return ns / NS_PER_S - (ns % NS_PER_S < 0);
}

static void set_guest_ns(struct rtc *rtc, int64_t seconds, int64_t phase_ns)
{
	rtc->offset_ns = (int64_t)((uint64_t)seconds * (uint64_t)NS_PER_S + (uint64_t)phase_ns -
				   rtc->config.clock_ns());
	rtc->flags_at_s = seconds;
}

static void update_irq(struct rtc *rtc)
{
	/* C's flags and B's enables have the same bit positions. */
	bool level = rtc->cmos[RTC_C] & rtc->cmos[RTC_B] & (C_PF | C_AF | C_UF);

	rtc->cmos[RTC_C] = (uint8_t)((rtc->cmos[RTC_C] & ~C_IRQF) | (level ? C_IRQF : 0));
	if (level == rtc->irq_level)
		return;
	rtc->irq_level = level;
	irq_line_set(&rtc->config.irq, level);
}

static bool alarm_field_matches(const struct rtc *rtc, const uint8_t *now, unsigned int field)
{
	uint8_t alarm = rtc->cmos[field + 1];

	return (alarm & ALARM_ANY) == ALARM_ANY || alarm == now[field];
}

static bool alarm_matches(const struct rtc *rtc, int64_t second)
{
	uint8_t now[CMOS_BYTES];

	rtc_time_encode(second, rtc->cmos[RTC_B], now);
	return alarm_field_matches(rtc, now, RTC_SECONDS) &&
	       alarm_field_matches(rtc, now, RTC_MINUTES) &&
	       alarm_field_matches(rtc, now, RTC_HOURS);
}

/* Accounts for the seconds that have begun; after a long gap only the last one is looked at. */
static void update_flags(struct rtc *rtc)
{
	int64_t now_s = floor_seconds(guest_ns(rtc));

	if (rtc->cmos[RTC_B] & B_SET || now_s == rtc->flags_at_s)
		return;
	rtc->cmos[RTC_C] |= C_UF;
	if (alarm_matches(rtc, now_s))
		rtc->cmos[RTC_C] |= C_AF;
	rtc->flags_at_s = now_s;
}

/* Data sheet table 5: rates 1 and 2 repeat 8 and 9. 0: none. */
static uint64_t period_ns(const struct rtc *rtc)
{
	unsigned int rate = rtc->cmos[RTC_A] & A_RATE;

	if (rate == 0)
		return 0;
	if (rate <= 2)
		rate += 7;
	return ((uint64_t)NS_PER_S << (rate - 1)) / 32768;
}

static void arm_timer(struct rtc *rtc)
{
	uint64_t now = device_timer_now_ns(), deadline = DEVICE_TIMER_NEVER;
	uint8_t b = rtc->cmos[RTC_B];

	if ((b & (B_AIE | B_UIE)) && !(b & B_SET)) {
		int64_t phase = guest_ns(rtc) - floor_seconds(guest_ns(rtc)) * NS_PER_S;

		deadline = now + (uint64_t)(NS_PER_S - phase);
	}
	if ((b & B_PIE) && period_ns(rtc)) {
		if (rtc->next_period_ns <= now)
			rtc->next_period_ns = now + period_ns(rtc);
		deadline = MIN(deadline, rtc->next_period_ns);
	} else {
		rtc->next_period_ns = 0;
	}
	device_timer_arm(rtc->timer, deadline);
}

static void on_timer(void *opaque)
{
	struct rtc *rtc = opaque;

	io_bus_lock(rtc->bus);
	update_flags(rtc);
	if (rtc->next_period_ns && rtc->next_period_ns <= device_timer_now_ns())
		rtc->cmos[RTC_C] |= C_PF;
	update_irq(rtc);
	arm_timer(rtc);
	io_bus_unlock(rtc->bus);
}

static bool is_time_register(unsigned int index)
{
	return index == RTC_SECONDS || index == RTC_MINUTES || index == RTC_HOURS ||
	       (index >= RTC_WEEKDAY && index <= RTC_YEAR) || index == RTC_CENTURY;
}

static uint8_t read_c(struct rtc *rtc)
{
	uint8_t value;

	update_flags(rtc);
	update_irq(rtc);
	value = rtc->cmos[RTC_C];
	rtc->cmos[RTC_C] = 0;
	update_irq(rtc);
	return value;
}

static uint8_t read_a(const struct rtc *rtc)
{
	int64_t now = guest_ns(rtc);
	int64_t left = NS_PER_S - (now - floor_seconds(now) * NS_PER_S);
	bool updating = !(rtc->cmos[RTC_B] & B_SET) && left <= UPDATE_NS;

	return rtc->cmos[RTC_A] | (updating ? A_UIP : 0);
}

static void refresh(struct rtc *rtc)
{
	if (!(rtc->cmos[RTC_B] & B_SET))
		rtc_time_encode(floor_seconds(guest_ns(rtc)), rtc->cmos[RTC_B], rtc->cmos);
}

static void write_a(struct rtc *rtc, uint8_t value)
{
	bool was_held = (rtc->cmos[RTC_A] & A_DIVIDER_RESET) == A_DIVIDER_RESET;
	bool held = (value & A_DIVIDER_RESET) == A_DIVIDER_RESET;

	rtc->cmos[RTC_A] = value & (A_DIVIDER | A_RATE);
	rtc->next_period_ns = 0;
	if (was_held && !held) {
		if (rtc->cmos[RTC_B] & B_SET)
			rtc->set_phase_ns = DIVIDER_HALF_NS;
		else
			set_guest_ns(rtc, floor_seconds(guest_ns(rtc)), DIVIDER_HALF_NS);
	}
	arm_timer(rtc);
}

static void write_b(struct rtc *rtc, uint8_t value)
{
	bool was_set = rtc->cmos[RTC_B] & B_SET;

	if (value & B_SET)
		value &= (uint8_t)~B_UIE; /* data sheet: SET clears UIE */
	if (!was_set && (value & B_SET)) {
		int64_t now = guest_ns(rtc);

		refresh(rtc);
		rtc->set_phase_ns = now - floor_seconds(now) * NS_PER_S;
	}
	update_flags(rtc);
	rtc->cmos[RTC_B] = value;
	if (was_set && !(value & B_SET))
		set_guest_ns(rtc, rtc_time_decode(rtc->cmos, value), rtc->set_phase_ns);
	update_irq(rtc);
	arm_timer(rtc);
}

static void write_time(struct rtc *rtc, unsigned int index, uint8_t value)
{
	int64_t now = guest_ns(rtc);

	refresh(rtc);
	rtc->cmos[index] = value;
	if (!(rtc->cmos[RTC_B] & B_SET))
		set_guest_ns(rtc, rtc_time_decode(rtc->cmos, rtc->cmos[RTC_B]),
			     now - floor_seconds(now) * NS_PER_S);
}

static uint64_t rtc_read(void *device, uint64_t offset, unsigned int size)
{
	struct rtc *rtc = device;

	if (size != 1 || offset == 0)
		return UINT64_MAX; /* the index port is write only */
	if (is_time_register(rtc->index))
		refresh(rtc);
	if (rtc->index == RTC_A)
		return read_a(rtc);
	if (rtc->index == RTC_C)
		return read_c(rtc);
	return rtc->cmos[rtc->index];
}

static void rtc_write(void *device, uint64_t offset, unsigned int size, uint64_t value)
{
	struct rtc *rtc = device;

	if (size == 2 && offset == 0) { /* outw: index and data */
		rtc_write(device, 0, 1, value & 0xff);
		rtc_write(device, 1, 1, value >> 8);
	}
	if (size != 1)
		return;
	if (offset == 0)
		rtc->index = value & (CMOS_BYTES - 1); /* bit 7 masks NMIs on PCs */
	else if (is_time_register(rtc->index))
		write_time(rtc, rtc->index, (uint8_t)value);
	else if (rtc->index == RTC_A)
		write_a(rtc, (uint8_t)value);
	else if (rtc->index == RTC_B)
		write_b(rtc, (uint8_t)value);
	else if (rtc->index != RTC_C && rtc->index != RTC_D)
		rtc->cmos[rtc->index] = (uint8_t)value;
}

static const struct io_ops rtc_io_ops = { rtc_read, rtc_write };

static int64_t base_offset_ns(const struct rtc_config *config)
{
	uint64_t now = config->clock_ns();
	time_t now_s = (time_t)(now / (uint64_t)NS_PER_S);
	struct tm local;

	switch (config->base) {
	case RTC_BASE_LOCALTIME:
		return localtime_r(&now_s, &local) ? (int64_t)local.tm_gmtoff * NS_PER_S : 0;
	case RTC_BASE_FIXED:
		return (int64_t)((uint64_t)config->base_s * (uint64_t)NS_PER_S - now);
	case RTC_BASE_UTC:
		break;
	}
	return 0;
}

static void power_on(struct rtc *rtc)
{
	rtc->offset_ns = base_offset_ns(&rtc->config);
	rtc->cmos[RTC_A] = A_POWER_ON;
	rtc->cmos[RTC_B] = RTC_B_24H;
	rtc->cmos[RTC_D] = D_VALID;
	rtc->flags_at_s = floor_seconds(guest_ns(rtc));
}

int rtc_new(uv_loop_t *loop, struct io_bus *bus, const struct rtc_config *config,
	    struct rtc **ret_rtc, struct err *err)
{
	AUTO(rtc) rtc = calloc(1, sizeof(*rtc));
	int r;

	if (!rtc)
		return err_set(err, ERR_HOST, -ENOMEM, NULL, "out of memory");
	rtc->config = *config;
	if (!rtc->config.clock_ns)
		rtc->config.clock_ns = realtime_ns;
	power_on(rtc);
	r = device_timer_new(loop, on_timer, rtc, &rtc->timer, err);
	if (r == 0)
		r = io_bus_add(bus, "RTC", RTC_INDEX_PORT, 2, &rtc_io_ops, rtc, err);
	if (r < 0)
		return r;
	rtc->bus = bus;
	*ret_rtc = TAKE_PTR(rtc);
	return 0;
}

void rtc_reset(struct rtc *rtc)
{
	io_bus_lock(rtc->bus);
	/* Data sheet, "RESET": clears the interrupt enables and flags, not the time. */
	write_b(rtc, rtc->cmos[RTC_B] & (uint8_t) ~(B_PIE | B_AIE | B_UIE | B_SET));
	rtc->cmos[RTC_C] = 0;
	rtc->index = 0;
	update_irq(rtc);
	io_bus_unlock(rtc->bus);
}

void rtc_free(struct rtc *rtc)
{
	if (!rtc)
		return;
	device_timer_free(rtc->timer);
	if (rtc->bus)
		io_bus_remove(rtc->bus, RTC_INDEX_PORT);
	free(rtc);
}
