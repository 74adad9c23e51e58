/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A MC146818 real-time clock with 128 bytes of CMOS memory (Motorola MC146818 data sheet) at ports
 * 0x70 and 0x71. It follows the host's clock at an offset that the guest may change.
 *
 * Alarm, update and periodic interrupts come from a timer on the loop; ticks that the loop was too
 * late for are not made up for.
 *
 * Threads: registers under the bus's lock; the timer's callback takes it.
 */
#ifndef TERRACE_VMM_DEVICES_RTC_H
#define TERRACE_VMM_DEVICES_RTC_H

#include <stdint.h>
#include <uv.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "vmm/devices/io_bus.h"
#include "vmm/devices/irq_line.h"

#define RTC_INDEX_PORT 0x70u
#define RTC_DATA_PORT  0x71u

enum rtc_base {
	RTC_BASE_UTC,
	RTC_BASE_LOCALTIME,
	RTC_BASE_FIXED, /* starts at base_s */
};

struct rtc_config {
	struct irq_line irq; /* ISA IRQ 8 */
	enum rtc_base base;
	int64_t base_s;		    /* RTC_BASE_FIXED: seconds since 1970 */
	uint64_t (*clock_ns)(void); /* NULL: CLOCK_REALTIME */
};

struct rtc;

/* -EEXIST, -ENOMEM, or libuv's error. */
int rtc_new(uv_loop_t *loop, struct io_bus *bus, const struct rtc_config *config,
	    struct rtc **ret_rtc, struct err *err);
/* Interrupts off; the time goes on, as with a battery. */
void rtc_reset(struct rtc *rtc);
void rtc_free(struct rtc *rtc);
CLEANUP_DEFINE(rtc, rtc_free)

#endif
