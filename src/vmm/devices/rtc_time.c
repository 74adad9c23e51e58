/* SPDX-License-Identifier: Apache-2.0 */
/* Register formats: see rtc_time.h. */
#include "vmm/devices/rtc_time.h"

#include <time.h>

#define HOURS_PM 0x80u

static uint8_t encode(int value, uint8_t register_b)
{
	if (register_b & RTC_B_BINARY)
		return (uint8_t)value;
	return (uint8_t)((value / 10) << 4 | value % 10);
}

static int decode(uint8_t byte, uint8_t register_b)
{
	return register_b & RTC_B_BINARY ? byte : (byte >> 4) * 10 + (byte & 0xf);
}

static uint8_t encode_hours(int hours, uint8_t register_b)
{
	if (register_b & RTC_B_24H)
		return encode(hours, register_b);
	return (uint8_t)(encode(hours % 12 ? hours % 12 : 12, register_b) |
			 (hours >= 12 ? HOURS_PM : 0));
}

static int decode_hours(uint8_t byte, uint8_t register_b)
{
	if (register_b & RTC_B_24H)
		return decode(byte, register_b);
	return decode(byte & (uint8_t)~HOURS_PM, register_b) % 12 + (byte & HOURS_PM ? 12 : 0);
}

void rtc_time_encode(int64_t seconds, uint8_t register_b, uint8_t *registers)
{
	time_t t = (time_t)seconds;
	struct tm tm = { 0 };
	int year;

	gmtime_r(&t, &tm);
	year = tm.tm_year + 1900;
	if (year < 0 || year > 9999)
		year = 1970;
	registers[RTC_SECONDS] = encode(tm.tm_sec, register_b);
	registers[RTC_MINUTES] = encode(tm.tm_min, register_b);
	registers[RTC_HOURS] = encode_hours(tm.tm_hour, register_b);
	registers[RTC_WEEKDAY] = encode(tm.tm_wday + 1, register_b);
	registers[RTC_DAY] = encode(tm.tm_mday, register_b);
	registers[RTC_MONTH] = encode(tm.tm_mon + 1, register_b);
	registers[RTC_YEAR] = encode(year % 100, register_b);
	registers[RTC_CENTURY] = encode(year / 100, register_b);
}

int64_t rtc_time_decode(const uint8_t *registers, uint8_t register_b)
{
	struct tm tm = {
		.tm_sec = decode(registers[RTC_SECONDS], register_b),
		.tm_min = decode(registers[RTC_MINUTES], register_b),
		.tm_hour = decode_hours(registers[RTC_HOURS], register_b),
		.tm_mday = decode(registers[RTC_DAY], register_b),
		.tm_mon = decode(registers[RTC_MONTH], register_b) - 1,
		.tm_year = decode(registers[RTC_CENTURY], register_b) * 100 +
			   decode(registers[RTC_YEAR], register_b) - 1900,
	};

	return timegm(&tm);
}
