/* SPDX-License-Identifier: Apache-2.0 */
#include "aml_case.h"

#include "acpi/aml.h"

/* Data objects in every width and form. */
static void write_data(struct acpi_buf *aml)
{
	static const uint64_t values[] = { 0,	   1,	    2,		0xff,	     0x100,
					   0xffff, 0x10000, 0xffffffff, 0x100000000, UINT64_MAX };
	static const uint8_t bytes[] = { 1, 2, 3 };
	size_t package, inner;

	aml_name(aml, "INTS");
	package = aml_package_begin(aml, sizeof(values) / sizeof(values[0]));
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		aml_integer(aml, values[i]);
	aml_end(aml, package);

	aml_name_string_value(aml, "TEXT", "a text");
	aml_name(aml, "BUFF");
	aml_buffer(aml, bytes, sizeof(bytes));
	aml_name(aml, "UUID");
	aml_uuid(aml, "00112233-4455-6677-8899-aabbccddeeff");
	aml_name(aml, "NEST");
	package = aml_package_begin(aml, 2);
	aml_string(aml, "inner");
	inner = aml_package_begin(aml, 1);
	aml_integer(aml, 7);
	aml_end(aml, inner);
	aml_end(aml, package);
}

/* Registers of a hotplug controller, and what reads them. */
static void write_registers(struct acpi_buf *aml)
{
	size_t field;

	aml_region(aml, "REGS", AML_SYSTEM_IO, 0xa00, 24);
	field = aml_field_begin(aml, "REGS", AML_FIELD_DWORD | AML_FIELD_PRESERVE);
	aml_field_unit(aml, "ADRL", 32);
	aml_field_unit(aml, "ADRH", 32);
	aml_field_unit(aml, NULL, 64);
	aml_field_unit(aml, "PXMR", 32);
	aml_end(aml, field);
	field = aml_field_begin(aml, "REGS",
				AML_FIELD_BYTE | AML_FIELD_LOCK | AML_FIELD_WRITE_AS_ZEROS);
	aml_field_unit(aml, NULL, 160);
	aml_field_unit(aml, "MES", 1);
	aml_field_unit(aml, "MINS", 1);
	aml_end(aml, field);
	aml_region(aml, "WIDE", AML_SYSTEM_MEMORY, 0xfea00000, 0x1000);
	field = aml_field_begin(aml, "WIDE", AML_FIELD_DWORD | AML_FIELD_WRITE_AS_ONES);
	aml_field_unit(aml, "SEL", 32);
	aml_end(aml, field);
	aml_mutex(aml, "MLCK", 0);
}

/* Local0 runs over the slots; those that are inserting get a notification. */
static void write_scan_loop(struct acpi_buf *aml)
{
	size_t loop = aml_while_begin(aml), block, inner;

	aml_op(aml, AML_LLESS);
	aml_local(aml, 0);
	aml_integer(aml, 4);

	aml_op(aml, AML_STORE);
	aml_local(aml, 0);
	aml_name_string(aml, "SEL");
	block = aml_if_begin(aml);
	aml_op(aml, AML_LEQUAL);
	aml_name_string(aml, "MINS");
	aml_integer(aml, 1);
	aml_op(aml, AML_NOTIFY);
	aml_name_string(aml, "MP00");
	aml_integer(aml, 1);
	aml_end(aml, block);
	block = aml_else_begin(aml);
	inner = aml_if_begin(aml);
	aml_op(aml, AML_LAND);
	aml_name_string(aml, "MES");
	aml_op(aml, AML_LNOT);
	aml_op(aml, AML_LGREATER);
	aml_local(aml, 0);
	aml_integer(aml, 2);
	aml_op(aml, AML_CONTINUE);
	aml_end(aml, inner);
	aml_op(aml, AML_BREAK);
	aml_end(aml, block);
	aml_op(aml, AML_INCREMENT);
	aml_local(aml, 0);
	aml_end(aml, loop);
}

static void write_scan(struct acpi_buf *aml)
{
	size_t method = aml_method_begin(aml, "SCAN", 0, AML_SERIALIZED);

	aml_op(aml, AML_ACQUIRE);
	aml_name_string(aml, "MLCK");
	aml_word(aml, 0xffff);
	aml_op(aml, AML_STORE);
	aml_integer(aml, 0);
	aml_local(aml, 0);
	write_scan_loop(aml);
	aml_op(aml, AML_RELEASE);
	aml_name_string(aml, "MLCK");
	aml_end(aml, method);
}

/* Every operator that the scan does not use. */
static void write_arithmetic(struct acpi_buf *aml)
{
	static const enum aml_op two_and_target[] = { AML_ADD,	      AML_SUBTRACT,    AML_MULTIPLY,
						      AML_SHIFT_LEFT, AML_SHIFT_RIGHT, AML_AND,
						      AML_OR,	      AML_XOR };
	size_t method = aml_method_begin(aml, "MATH", 2, AML_NOT_SERIALIZED);

	for (size_t i = 0; i < sizeof(two_and_target) / sizeof(two_and_target[0]); i++) {
		aml_op(aml, two_and_target[i]);
		aml_arg(aml, 0);
		aml_arg(aml, 1);
		aml_local(aml, 7);
	}
	aml_op(aml, AML_NOT);
	aml_local(aml, 7);
	aml_local(aml, 6);
	aml_op(aml, AML_DECREMENT);
	aml_local(aml, 6);
	aml_op(aml, AML_STORE);
	aml_op(aml, AML_DEREF_OF);
	aml_op(aml, AML_INDEX);
	aml_name_string(aml, "INTS");
	aml_local(aml, 6);
	aml_op(aml, AML_ZERO);
	aml_local(aml, 5);
	aml_op(aml, AML_STORE);
	aml_op(aml, AML_SIZE_OF);
	aml_name_string(aml, "BUFF");
	aml_local(aml, 4);
	aml_op(aml, AML_RETURN);
	aml_op(aml, AML_LOR);
	aml_local(aml, 4);
	aml_local(aml, 5);
	aml_end(aml, method);
}

static void write_memory_device(struct acpi_buf *aml)
{
	size_t device = aml_device_begin(aml, "MP00"), method, resources;

	aml_name_eisaid(aml, "_HID", "PNP0C80");
	aml_name_integer(aml, "_UID", 0);
	method = aml_method_begin(aml, "_CRS", 0, AML_SERIALIZED);
	aml_name(aml, "MR64");
	resources = aml_resources_begin(aml);
	aml_resource_memory64_window(aml, 0, UINT64_C(1) << 32);
	aml_resources_end(aml, resources);
	aml_op(aml, AML_QWORD_FIELD);
	aml_name_string(aml, "MR64");
	aml_integer(aml, 14);
	aml_name_string(aml, "MIN");
	aml_op(aml, AML_OR);
	aml_op(aml, AML_SHIFT_LEFT);
	aml_name_string(aml, "ADRH");
	aml_integer(aml, 32);
	aml_op(aml, AML_ZERO);
	aml_name_string(aml, "ADRL");
	aml_name_string(aml, "MIN");
	aml_op(aml, AML_RETURN);
	aml_name_string(aml, "MR64");
	aml_end(aml, method);
	method = aml_method_begin(aml, "_PXM", 0, AML_NOT_SERIALIZED);
	aml_op(aml, AML_RETURN);
	aml_name_string(aml, "^^PXMR");
	aml_end(aml, method);
	aml_end(aml, device);
}

/* A Generic Event Device (ACPI 6.4 section 5.6.9) that calls a method by its full path. */
static void write_event_device(struct acpi_buf *aml)
{
	size_t device = aml_device_begin(aml, "\\_SB.GED"), method, resources;

	aml_name_string_value(aml, "_HID", "ACPI0013");
	aml_name(aml, "_CRS");
	resources = aml_resources_begin(aml);
	aml_resource_interrupt(aml, 20, AML_INTERRUPT_CONSUMER | AML_INTERRUPT_EDGE);
	aml_resource_interrupt(aml, 0x101,
			       AML_INTERRUPT_CONSUMER | AML_INTERRUPT_ACTIVE_LOW |
				       AML_INTERRUPT_SHARED);
	aml_resource_irq(aml, 15);
	aml_resource_io(aml, 0xcd8, 12);
	aml_resource_memory32_fixed(aml, 0xfed00000, 0x400);
	aml_resource_memory32_window(aml, 0xf0000000, 0x10000000);
	aml_resource_io_window(aml, 0xff00, 0x100);
	aml_resource_bus_window(aml, 0x80, 0xff);
	aml_resources_end(aml, resources);
	method = aml_method_begin(aml, "_EVT", 1, AML_SERIALIZED);
	aml_name_string(aml, "\\_SB.HOT.SCAN");
	aml_end(aml, method);
	aml_end(aml, device);
}

void aml_case_write(struct acpi_buf *aml)
{
	size_t scope = aml_scope_begin(aml, "\\_SB"), device;

	device = aml_device_begin(aml, "HOT");
	aml_name_eisaid(aml, "_HID", "PNP0A06");
	aml_name_string_value(aml, "_UID", "hotplug");
	write_data(aml);
	write_registers(aml);
	write_memory_device(aml);
	write_scan(aml);
	write_arithmetic(aml);
	aml_end(aml, device);
	aml_end(aml, scope);
	write_event_device(aml);
	scope = aml_scope_begin(aml, "\\");
	aml_name_integer(aml, "ROOT", 0xcafe);
	aml_end(aml, scope);
}
