/* SPDX-License-Identifier: Apache-2.0 */
/* The tables, one function each: appends it to the builder. The description has been checked. */
#ifndef TERRACE_ACPI_TABLES_H
#define TERRACE_ACPI_TABLES_H

#include "acpi/acpi.h"
#include "acpi/builder.h"

/* From this APIC id on entries are x2APIC ones: 0xff is broadcast (ACPI 6.4 section 5.2.12.12). */
#define ACPI_X2APIC_FIRST 255u

/* Every rule across the description's fields, once, before anything is built. -EINVAL. */
int acpi_config_check(const struct acpi_config *config, struct err *err);

size_t acpi_facs_add(struct acpi_builder *builder);
size_t acpi_dsdt_add(struct acpi_builder *builder, const struct acpi_config *config);
void acpi_fadt_add(struct acpi_builder *builder, const struct acpi_config *config, size_t facs,
		   size_t dsdt);
void acpi_madt_add(struct acpi_builder *builder, const struct acpi_config *config);
void acpi_mcfg_add(struct acpi_builder *builder, const struct acpi_config *config);
void acpi_srat_add(struct acpi_builder *builder, const struct acpi_config *config);
void acpi_slit_add(struct acpi_builder *builder, const struct acpi_config *config);
/* -EINVAL: values that cannot be encoded (acpi_hmat_encode). -ENOMEM. */
int acpi_hmat_add(struct acpi_builder *builder, const struct acpi_config *config, struct err *err);

#endif
