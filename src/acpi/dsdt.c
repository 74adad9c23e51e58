/* SPDX-License-Identifier: Apache-2.0 */
/* DSDT: what cannot be discovered on the machine's buses. Holds no addresses of other tables. */
#include <stdio.h>

#include "acpi/aml.h"
#include "acpi/tables.h"

#define DSDT_REVISION	 2u /* integers of 64 bits */
#define PCI_SLOTS	 32u
#define PCI_PINS	 4u
#define PCI_CONFIG_PORTS 8u
#define RTC_PORT	 0x70u
#define RTC_IRQ		 8u

/* _OSC for PCI host bridges: PCI Firmware Specification 3.2, section 4.5. */
#define OSC_PCI_UUID "33db4d5b-1ff7-401c-9657-7441c03dd766"
enum {
	OSC_UNKNOWN_UUID = 1 << 2,
	OSC_UNKNOWN_REVISION = 1 << 3,
	OSC_MASKED = 1 << 4,

	/* Native PCIe hotplug, PME, AER, PCIe capability structure; not SHPC. */
	OSC_GRANTED = 1 << 0 | 1 << 2 | 1 << 3 | 1 << 4,
};

struct segment {
	char name[5];
};

/* A hexadecimal number of some digits after a prefix: a name segment. */
static struct segment segment_numbered(const char *prefix, int digits, unsigned int number)
{
	struct segment segment;

	snprintf(segment.name, sizeof(segment.name), "%s%0*X", prefix, digits, number);
	return segment;
}

/* \_S5: the values for SLP_TYPa and SLP_TYPb (ACPI 6.4 section 7.4.2). */
static void put_sleep(struct acpi_buf *aml)
{
	size_t package;

	aml_name(aml, "\\_S5");
	package = aml_package_begin(aml, 4);
	aml_integer(aml, ACPI_SLP_TYP_S5);
	for (int i = 0; i < 3; i++)
		aml_integer(aml, 0);
	aml_end(aml, package);
}

static void put_cpus(struct acpi_buf *aml, const struct acpi_config *config)
{
	for (size_t i = 0; i < config->n_cpus; i++) {
		struct segment name = segment_numbered("C", 3, (unsigned int)i);
		size_t device;

		if (!config->cpus[i].present)
			continue;
		device = aml_device_begin(aml, name.name);
		aml_name_string_value(aml, "_HID", "ACPI0007");
		aml_name_integer(aml, "_UID", i);
		if (config->n_cells)
			aml_name_integer(aml, "_PXM", config->cpus[i].cell);
		aml_end(aml, device);
	}
}

static void put_window(struct acpi_buf *aml, struct range window)
{
	if (!window.size_bytes)
		return;
	if (window.size_bytes <= UINT32_MAX && window.start + window.size_bytes <= 4 * GIB)
		aml_resource_memory32_window(aml, (uint32_t)window.start, window.size_bytes);
	else
		aml_resource_memory64_window(aml, window.start, window.size_bytes);
}

static void put_root_resources(struct acpi_buf *aml, const struct acpi_config *config,
			       const struct acpi_pci_root *root)
{
	size_t resources;

	aml_name(aml, "_CRS");
	resources = aml_resources_begin(aml);
	aml_resource_bus_window(aml, root->bus_first, root->bus_last);
	if (root->bus_first == 0 && config->pci_config_port)
		aml_resource_io(aml, config->pci_config_port, PCI_CONFIG_PORTS);
	for (size_t i = 0; i < ARRAY_SIZE(root->io); i++)
		if (root->io[i].size_bytes)
			aml_resource_io_window(aml, (uint16_t)root->io[i].start,
					       (uint32_t)root->io[i].size_bytes);
	put_window(aml, root->mmio32);
	put_window(aml, root->mmio64);
	aml_resources_end(aml, resources);
}

/* One pin of all functions of a slot; the pin's GSI is fixed (no link device). */
static void put_route(struct acpi_buf *aml, unsigned int slot, unsigned int pin, uint32_t gsi)
{
	size_t package = aml_package_begin(aml, 4);

	aml_integer(aml, slot << 16 | 0xffff);
	aml_integer(aml, pin);
	aml_integer(aml, 0);
	aml_integer(aml, gsi);
	aml_end(aml, package);
}

/* Pins rotate with the slot, as PCI-to-PCI bridges do (PCI-to-PCI Bridge 1.2, table 9-1). */
static void put_routes(struct acpi_buf *aml, uint32_t first_gsi)
{
	size_t package;

	aml_name(aml, "_PRT");
	package = aml_package_begin(aml, PCI_SLOTS * PCI_PINS);
	for (unsigned int slot = 0; slot < PCI_SLOTS; slot++)
		for (unsigned int pin = 0; pin < PCI_PINS; pin++)
			put_route(aml, slot, pin, first_gsi + (slot + pin) % PCI_PINS);
	aml_end(aml, package);
}

static void put_dword_field(struct acpi_buf *aml, unsigned int offset, const char *name)
{
	aml_op(aml, AML_DWORD_FIELD);
	aml_arg(aml, 3);
	aml_integer(aml, offset);
	aml_name_string(aml, name);
}

/* CDW1 |= bits */
static void put_osc_fail(struct acpi_buf *aml, unsigned int bits)
{
	aml_op(aml, AML_OR);
	aml_name_string(aml, "CDW1");
	aml_integer(aml, bits);
	aml_name_string(aml, "CDW1");
}

/* Grants what is in OSC_GRANTED of the control bits in CDW3 and says when that is not all. */
static void put_osc_control(struct acpi_buf *aml)
{
	size_t block;

	put_dword_field(aml, 8, "CDW3");
	aml_op(aml, AML_AND);
	aml_name_string(aml, "CDW3");
	aml_integer(aml, OSC_GRANTED);
	aml_local(aml, 0);

	block = aml_if_begin(aml);
	aml_op(aml, AML_LNOT);
	aml_op(aml, AML_LEQUAL);
	aml_arg(aml, 1);
	aml_integer(aml, 1);
	put_osc_fail(aml, OSC_UNKNOWN_REVISION);
	aml_end(aml, block);

	block = aml_if_begin(aml);
	aml_op(aml, AML_LNOT);
	aml_op(aml, AML_LEQUAL);
	aml_name_string(aml, "CDW3");
	aml_local(aml, 0);
	put_osc_fail(aml, OSC_MASKED);
	aml_end(aml, block);

	aml_op(aml, AML_STORE);
	aml_local(aml, 0);
	aml_name_string(aml, "CDW3");
}

/* Serialized: it creates named objects (the fields), which would collide if entered twice. */
static void put_osc(struct acpi_buf *aml)
{
	size_t method = aml_method_begin(aml, "_OSC", 4, AML_SERIALIZED);
	size_t block;

	put_dword_field(aml, 0, "CDW1");
	block = aml_if_begin(aml);
	aml_op(aml, AML_LEQUAL);
	aml_arg(aml, 0);
	aml_uuid(aml, OSC_PCI_UUID);
	put_osc_control(aml);
	aml_end(aml, block);
	block = aml_else_begin(aml);
	put_osc_fail(aml, OSC_UNKNOWN_UUID);
	aml_end(aml, block);
	aml_op(aml, AML_RETURN);
	aml_arg(aml, 3);
	aml_end(aml, method);
}

/* PCI0, or PCxx by the first bus. */
static struct segment root_name(const struct acpi_pci_root *root)
{
	if (root->bus_first == 0)
		return (struct segment){ "PCI0" };
	return segment_numbered("PC", 2, root->bus_first);
}

static void put_root(struct acpi_buf *aml, const struct acpi_config *config,
		     const struct acpi_pci_root *root)
{
	struct segment name = root_name(root);
	size_t device = aml_device_begin(aml, name.name);

	aml_name_eisaid(aml, "_HID", "PNP0A08");
	aml_name_eisaid(aml, "_CID", "PNP0A03");
	aml_name_integer(aml, "_UID", root->bus_first);
	aml_name_integer(aml, "_SEG", 0);
	aml_name_integer(aml, "_BBN", root->bus_first);
	if (config->n_cells && root->cell != ACPI_NO_CELL)
		aml_name_integer(aml, "_PXM", (uint64_t)root->cell);
	put_root_resources(aml, config, root);
	if (config->pci_intx_gsi)
		put_routes(aml, config->pci_intx_gsi);
	put_osc(aml);
	aml_end(aml, device);
}

/* Guests use the ECAM only where a motherboard device or the firmware's memory map reserves it
 * (PCI Firmware Specification 3.2, section 4.1.2, note 2). */
static void put_motherboard(struct acpi_buf *aml, const struct acpi_config *config)
{
	size_t device = aml_device_begin(aml, "MBRD");
	size_t resources;

	aml_name_eisaid(aml, "_HID", "PNP0C02");
	aml_name_integer(aml, "_UID", 0);
	aml_name(aml, "_CRS");
	resources = aml_resources_begin(aml);
	aml_resource_memory32_fixed(aml, (uint32_t)config->ecam_base,
				    (uint32_t)(config->ecam_buses * MIB));
	aml_resources_end(aml, resources);
	aml_end(aml, device);
}

static void put_serials(struct acpi_buf *aml, const struct acpi_config *config)
{
	for (size_t i = 0; i < config->n_serials; i++) {
		struct segment name = segment_numbered("COM", 1, (unsigned int)i + 1);
		size_t device = aml_device_begin(aml, name.name), resources;

		aml_name_eisaid(aml, "_HID", "PNP0501");
		aml_name_integer(aml, "_UID", i + 1);
		aml_name(aml, "_CRS");
		resources = aml_resources_begin(aml);
		aml_resource_io(aml, config->serials[i].port, 8);
		aml_resource_irq(aml, config->serials[i].irq);
		aml_resources_end(aml, resources);
		aml_end(aml, device);
	}
}

static void put_rtc(struct acpi_buf *aml)
{
	size_t device = aml_device_begin(aml, "RTC");
	size_t resources;

	aml_name_eisaid(aml, "_HID", "PNP0B00");
	aml_name(aml, "_CRS");
	resources = aml_resources_begin(aml);
	aml_resource_io(aml, RTC_PORT, 2);
	aml_resource_irq(aml, RTC_IRQ);
	aml_resources_end(aml, resources);
	aml_end(aml, device);
}

size_t acpi_dsdt_add(struct acpi_builder *builder, const struct acpi_config *config)
{
	size_t dsdt = acpi_builder_begin(builder, "DSDT", DSDT_REVISION);
	struct acpi_buf *aml = &builder->buf;
	size_t scope;

	put_sleep(aml);
	scope = aml_scope_begin(aml, "\\_SB");
	put_cpus(aml, config);
	for (size_t i = 0; i < config->n_pci_roots; i++)
		put_root(aml, config, &config->pci_roots[i]);
	put_motherboard(aml, config);
	put_serials(aml, config);
	if (config->rtc)
		put_rtc(aml);
	aml_end(aml, scope);
	acpi_builder_end(builder);
	return dsdt;
}
