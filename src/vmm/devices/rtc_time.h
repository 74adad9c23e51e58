/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The time registers of a MC146818 and seconds since 1970, both ways (data sheet table 3: binary or
 * BCD, 12 or 24 hours). Pure.
 */
#ifndef TERRACE_VMM_DEVICES_RTC_TIME_H
#define TERRACE_VMM_DEVICES_RTC_TIME_H

#include <stdint.h>

enum rtc_register {
	RTC_SECONDS = 0x00,
	RTC_SECONDS_ALARM = 0x01,
	RTC_MINUTES = 0x02,
	RTC_MINUTES_ALARM = 0x03,
	RTC_HOURS = 0x04,
	RTC_HOURS_ALARM = 0x05,
	RTC_WEEKDAY = 0x06,
	RTC_DAY = 0x07,
	RTC_MONTH = 0x08,
	RTC_YEAR = 0x09,
	RTC_A = 0x0a,
	RTC_B = 0x0b,
	RTC_C = 0x0c,
	RTC_D = 0x0d,
	RTC_CENTURY = 0x32, /* by PC convention; FADT CENTURY may name it */
};

#define RTC_B_24H    0x02u
#define RTC_B_BINARY 0x04u

/* Writes seconds .. year and century into registers, in the format that register_b chooses. */
void rtc_time_encode(int64_t seconds, uint8_t register_b, uint8_t *registers);
/* What the registers say; values out of range carry over (minute 70 is ten past). */
int64_t rtc_time_decode(const uint8_t *registers, uint8_t register_b);

#endif
