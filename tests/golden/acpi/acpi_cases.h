/* SPDX-License-Identifier: Apache-2.0 */
/* Machines whose tables are compared with expectations: tests/golden/acpi/NAME/expected. */
#ifndef TERRACE_TESTS_ACPI_CASES_H
#define TERRACE_TESTS_ACPI_CASES_H

#include "acpi/acpi.h"
#include "acpi/buf.h"

#define CASE_BASE_GPA 0x7ffe0000u

struct acpi_case {
	const char *name; /* the folder */
	const char *what;
	void (*fill)(struct acpi_config *config); /* a machine, or */
	void (*write_aml)(struct acpi_buf *aml);  /* a DSDT's terms, for the writer alone */
};

extern const struct acpi_case acpi_cases[];
extern const size_t n_acpi_cases;

#endif
