/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TERRACE_TESTS_ACPI_AML_CASE_H
#define TERRACE_TESTS_ACPI_AML_CASE_H

#include "acpi/buf.h"

/* Terms of a DSDT that use every construct of the writer, as hotplug devices will. */
void aml_case_write(struct acpi_buf *aml);

#endif
