/* SPDX-License-Identifier: Apache-2.0 */
/* FADT and FACS: ACPI 6.4 sections 5.2.9 and 5.2.10. */
#include <assert.h>

#include "acpi/tables.h"

#define FACS_BYTES   64u
#define FADT_BYTES   276u
#define GAS_BYTES    12u
#define RTC_CENTURY  0x32u  /* CMOS index that PC firmware uses */
#define C_STATE_NONE 0xfffu /* latency: more than any, the state does not exist */

enum {
	FADT_REVISION = 6,
	FADT_MINOR = 4,

	/* Fixed feature flags. PWR_BUTTON clear: the power button is a fixed one. */
	FLAG_WBINVD = 1 << 0,
	FLAG_PROC_C1 = 1 << 2,
	FLAG_SLP_BUTTON = 1 << 5, /* set: no fixed sleep button */
	FLAG_FIX_RTC = 1 << 6,	  /* set: no RTC wake in the fixed registers */
	FLAG_RESET_REG = 1 << 10,

	BOOT_8042 = 1 << 1,
	BOOT_NO_VGA = 1 << 2,
	BOOT_NO_RTC = 1 << 5,

	GAS_IO = 1,
	GAS_BYTE_ACCESS = 1,
	GAS_WORD_ACCESS = 2,
	GAS_DWORD_ACCESS = 3,
};

size_t acpi_facs_add(struct acpi_builder *builder)
{
	size_t facs = acpi_builder_begin_bare(builder, "FACS");
	struct acpi_buf *buf = &builder->buf;
	size_t start = builder->tables[facs].offset;

	acpi_buf_zeros(buf, 32 - 4);
	acpi_buf_u8(buf, 2); /* Version */
	acpi_buf_zeros(buf, FACS_BYTES - 33);
	acpi_builder_end(builder);
	assert(acpi_buf_error(buf) || buf->length - start == FACS_BYTES);
	return facs;
}

/* A Generic Address in I/O space, or an absent one. */
static void put_gas(struct acpi_buf *buf, uint16_t port, uint8_t bytes, uint8_t access)
{
	if (!port) {
		acpi_buf_zeros(buf, GAS_BYTES);
		return;
	}
	acpi_buf_u8(buf, GAS_IO);
	acpi_buf_u8(buf, (uint8_t)(bytes * 8));
	acpi_buf_u8(buf, 0); /* bit offset */
	acpi_buf_u8(buf, access);
	acpi_buf_u64(buf, port);
}

/* Offsets 44..95: profile, SCI, and the register blocks as 32-bit ports. */
static void put_registers(struct acpi_buf *buf, const struct acpi_pm *pm)
{
	acpi_buf_u8(buf, 0); /* was INT_MODEL */
	acpi_buf_u8(buf, 0); /* profile: unspecified */
	acpi_buf_u16(buf, pm->sci_irq);
	acpi_buf_u32(buf, 0);	/* SMI_CMD: always in ACPI mode */
	acpi_buf_zeros(buf, 4); /* ACPI_ENABLE .. PSTATE_CNT */
	acpi_buf_u32(buf, pm->pm1a_event);
	acpi_buf_u32(buf, 0);
	acpi_buf_u32(buf, pm->pm1a_control);
	acpi_buf_u32(buf, 0);
	acpi_buf_u32(buf, 0); /* PM2 control */
	acpi_buf_u32(buf, pm->timer);
	acpi_buf_u32(buf, pm->gpe0);
	acpi_buf_u32(buf, 0); /* GPE1 */
	acpi_buf_u8(buf, 4);  /* PM1_EVT_LEN */
	acpi_buf_u8(buf, 2);  /* PM1_CNT_LEN */
	acpi_buf_u8(buf, 0);  /* PM2_CNT_LEN */
	acpi_buf_u8(buf, pm->timer ? 4 : 0);
	acpi_buf_u8(buf, pm->gpe0 ? pm->gpe0_bytes : 0);
	acpi_buf_zeros(buf, 3); /* GPE1_BLK_LEN, GPE1_BASE, CST_CNT */
}

static uint16_t boot_arch(const struct acpi_config *config)
{
	return (uint16_t)(BOOT_NO_VGA | (config->i8042 ? BOOT_8042 : 0) |
			  (config->rtc ? 0 : BOOT_NO_RTC));
}

/* Offsets 96..131: C-states, RTC, boot and feature flags, reset. */
static void put_features(struct acpi_buf *buf, const struct acpi_config *config)
{
	uint32_t flags = FLAG_WBINVD | FLAG_PROC_C1 | FLAG_SLP_BUTTON | FLAG_FIX_RTC;

	acpi_buf_u16(buf, C_STATE_NONE); /* P_LVL2_LAT */
	acpi_buf_u16(buf, C_STATE_NONE); /* P_LVL3_LAT */
	acpi_buf_zeros(buf, 8);		 /* FLUSH_SIZE .. MON_ALRM */
	acpi_buf_u8(buf, config->rtc ? RTC_CENTURY : 0);
	acpi_buf_u16(buf, boot_arch(config));
	acpi_buf_u8(buf, 0);
	acpi_buf_u32(buf, flags | (config->pm.reset ? FLAG_RESET_REG : 0));
	put_gas(buf, config->pm.reset, 1, GAS_BYTE_ACCESS);
	acpi_buf_u8(buf, config->pm.reset_value);
	acpi_buf_u16(buf, 0); /* ARM_BOOT_ARCH */
	acpi_buf_u8(buf, FADT_MINOR);
}

/* Offsets 148..275: the register blocks again, as generic addresses. */
static void put_extended(struct acpi_buf *buf, const struct acpi_pm *pm)
{
	put_gas(buf, pm->pm1a_event, 4, GAS_WORD_ACCESS); /* halves are separate registers */
	put_gas(buf, 0, 0, 0);
	put_gas(buf, pm->pm1a_control, 2, GAS_WORD_ACCESS);
	put_gas(buf, 0, 0, 0);
	put_gas(buf, 0, 0, 0); /* PM2 control */
	put_gas(buf, pm->timer, 4, GAS_DWORD_ACCESS);
	put_gas(buf, pm->gpe0, pm->gpe0_bytes, GAS_BYTE_ACCESS);
	put_gas(buf, 0, 0, 0); /* GPE1 */
	put_gas(buf, 0, 0, 0); /* SLEEP_CONTROL_REG */
	put_gas(buf, 0, 0, 0); /* SLEEP_STATUS_REG */
	acpi_buf_u64(buf, 0);  /* hypervisor vendor identity */
}

void acpi_fadt_add(struct acpi_builder *builder, const struct acpi_config *config, size_t facs,
		   size_t dsdt)
{
	struct acpi_buf *buf = &builder->buf;
	size_t fadt = acpi_builder_begin(builder, "FACP", FADT_REVISION);

	/* 32-bit and 64-bit pointers are equal: readers prefer either. */
	acpi_builder_pointer(builder, facs, 4);
	acpi_builder_pointer(builder, dsdt, 4);
	put_registers(buf, &config->pm);
	put_features(buf, config);
	acpi_builder_pointer(builder, facs, 8);
	acpi_builder_pointer(builder, dsdt, 8);
	put_extended(buf, &config->pm);
	acpi_builder_end(builder);
	assert(acpi_buf_error(buf) || builder->tables[fadt].size_bytes == FADT_BYTES);
}
