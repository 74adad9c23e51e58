/* SPDX-License-Identifier: Apache-2.0 */
/* PCI controllers and addresses, extra host bridges of cells: see argv_line.h. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/size.h"
#include "base/util.h"
#include "manager/argv_line.h"

#define ELEMENT	    "devices/controller"
#define BUS_NR_NONE 256 /* one more than the last bus: where automatic numbers start, downwards */
#define BUS_NR_STEP 2
#define UNSUPPORTED "unsupported configuration: "

static const struct domain_controller *controller_find(const struct domain_spec *domain,
						       uint64_t index)
{
	for (size_t i = 0; i < domain->devices.n_controllers; i++) {
		const struct domain_controller *controller = &domain->devices.controllers[i];

		if (!strcmp(controller->type, "pci") && controller->index.given &&
		    (uint64_t)controller->index.value == index)
			return controller;
	}
	return NULL;
}

static bool number_of(const char *text, uint64_t *ret_value)
{
	*ret_value = 0;
	return !text || number_parse(text, ret_value) == 0;
}

static const char *root_bus(const struct argv_line *line)
{
	return line->is_i440fx ? "pci.0" : "pcie.0";
}

/* Left to itself QEMU takes any bus that is free, and an expander's holds nothing but bridges. */
static bool has_other_buses(const struct domain_spec *domain)
{
	for (size_t i = 0; i < domain->devices.n_controllers; i++) {
		const struct domain_controller *controller = &domain->devices.controllers[i];

		if (!strcmp(controller->type, "pci") && controller->model &&
		    strcmp(controller->model, "pci-root") && strcmp(controller->model, "pcie-root"))
			return true;
	}
	return false;
}

int argv_add_address(struct argv_line *line, const struct domain_address *address,
		     const char *element, size_t number, struct err *err)
{
	const struct domain_controller *controller;
	uint64_t bus, slot, function;

	if (!address->given) {
		if (has_other_buses(line->domain))
			argv_add(line, ",bus=%s", root_bus(line));
		return 0;
	}
	if (strcmp(address->type, "pci") || !number_of(address->bus, &bus) ||
	    !number_of(address->slot, &slot) || !number_of(address->function, &function))
		return argv_refuse(err, element, number,
				   "this device has a PCI address, not one of type '%s'",
				   address->type);
	controller = bus ? controller_find(line->domain, bus) : NULL;
	if (!bus)
		argv_add(line, ",bus=%s", root_bus(line));
	else if (controller && controller->alias.given && controller->alias.name)
		argv_add_pair(line, ",bus=", controller->alias.name);
	else
		argv_add(line, ",bus=pci.%" PRIu64, bus);
	if (address->multifunction && !strcmp(address->multifunction, "on"))
		argv_add(line, ",multifunction=on");
	if (address->slot || bus)
		argv_add(line, ",addr=0x%" PRIx64, slot);
	if (function)
		argv_add(line, ".0x%" PRIx64, function);
	return 0;
}

/* ---- models ---- */

enum controller_model {
	CONTROLLER_ROOT, /* every machine has it */
	CONTROLLER_PXB,
	CONTROLLER_PXB_PCIE,
	CONTROLLER_ROOT_PORT,
	CONTROLLER_BRIDGE,
	CONTROLLER_PLAIN, /* nothing but a name and a place */
};

static const struct controller_row {
	const char *model; /* libvirt's */
	enum controller_model kind;
	const char *driver;
} rows[] = {
	{ "pci-root", CONTROLLER_ROOT, NULL },
	{ "pcie-root", CONTROLLER_ROOT, NULL },
	{ "pci-expander-bus", CONTROLLER_PXB, "pxb" },
	{ "pcie-expander-bus", CONTROLLER_PXB_PCIE, "pxb-pcie" },
	{ "pcie-root-port", CONTROLLER_ROOT_PORT, "pcie-root-port" },
	{ "pci-bridge", CONTROLLER_BRIDGE, "pci-bridge" },
	{ "pcie-to-pci-bridge", CONTROLLER_PLAIN, "pcie-pci-bridge" },
	{ "dmi-to-pci-bridge", CONTROLLER_PLAIN, "i82801b11-bridge" },
	{ "pcie-switch-upstream-port", CONTROLLER_PLAIN, "x3130-upstream" },
};

static const struct controller_row *row_find(const char *model)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (!strcmp(rows[i].model, model))
			return &rows[i];
	return NULL;
}

static bool is_available(const struct argv_line *line, enum controller_model kind)
{
	const struct emulator *emulator = line->emulator;

	switch (kind) {
	case CONTROLLER_ROOT:
		return true;
	case CONTROLLER_PXB:
		return emulator->pxb;
	case CONTROLLER_PXB_PCIE:
		return emulator->pxb_pcie;
	case CONTROLLER_ROOT_PORT:
		return emulator->pcie_root_port;
	case CONTROLLER_BRIDGE:
	case CONTROLLER_PLAIN:
		return emulator->pci_bridge;
	}
	return false;
}

/* libvirt's: below the lowest number that is in use. */
static int64_t free_bus_nr(const struct argv_line *line, const int64_t *numbers)
{
	int64_t lowest = BUS_NR_NONE;

	for (size_t i = 0; i < line->domain->devices.n_controllers; i++)
		if (numbers[i])
			lowest = MIN(lowest, numbers[i]);
	return lowest - BUS_NR_STEP;
}

static int check_pxb(const struct argv_line *line, enum controller_model kind, size_t number,
		     struct err *err)
{
	char subject[64];

	if (kind == (line->is_i440fx ? CONTROLLER_PXB : CONTROLLER_PXB_PCIE))
		return 0;
	snprintf(subject, sizeof(subject), "/domain/" ELEMENT "[%zu]", number);
	return err_set(err, ERR_USER, -ENOTSUP, subject,
		       UNSUPPORTED "%s controllers are only supported on %s-based machinetypes",
		       kind == CONTROLLER_PXB ? "pci-expander-bus" : "pcie-expander-bus",
		       kind == CONTROLLER_PXB ? "440fx" : "q35");
}

static void add_id(struct argv_line *line, const struct domain_controller *controller,
		   int64_t index)
{
	if (controller->alias.given && controller->alias.name)
		argv_add_pair(line, ",id=", controller->alias.name);
	else
		argv_add(line, ",id=pci.%" PRId64, index);
}

static void add_pxb(struct argv_line *line, const char *driver, size_t i, int64_t *numbers,
		    int64_t index)
{
	const struct domain_controller *controller = &line->domain->devices.controllers[i];

	if (!numbers[i])
		numbers[i] = free_bus_nr(line, numbers);
	argv_option(line, "-device", "%s,bus_nr=%" PRId64, driver, numbers[i]);
	add_id(line, controller, index);
	if (controller->target.node.given)
		argv_add(line, ",numa_node=%" PRId64, controller->target.node.value);
}

/* Chassis numbers are unique: the index is, where none is given. */
static void add_port(struct argv_line *line, const char *driver,
		     const struct domain_controller *controller, int64_t index)
{
	const struct domain_controller_target *target = &controller->target;

	argv_option(line, "-device", "%s", driver);
	argv_add_pair(line, ",port=", target->port);
	if (target->chassis)
		argv_add_pair(line, ",chassis=", target->chassis);
	else
		argv_add(line, ",chassis=%" PRId64, index);
	add_id(line, controller, index);
	argv_add_pair(line, ",hotplug=", target->hotplug);
}

static void add_bridge(struct argv_line *line, const char *driver,
		       const struct domain_controller *controller, int64_t index)
{
	argv_option(line, "-device", "%s", driver);
	if (controller->target.chassis_nr)
		argv_add_pair(line, ",chassis_nr=", controller->target.chassis_nr);
	else
		argv_add(line, ",chassis_nr=%" PRId64, index);
	add_id(line, controller, index);
}

static int add_pci(struct argv_line *line, size_t i, int64_t index, int64_t *numbers,
		   struct err *err)
{
	const struct domain_controller *controller = &line->domain->devices.controllers[i];
	const char *model = controller->model ? controller->model : "pci-root";
	const struct controller_row *row = row_find(model);
	int ret = 0;

	if (!row)
		return argv_refuse(err, ELEMENT, i + 1,
				   "PCI controller model '%s' is not available", model);
	if (!is_available(line, row->kind))
		return argv_unsupported(line, err, ELEMENT, i + 1, "%s", model);
	switch (row->kind) {
	case CONTROLLER_ROOT:
		return 0;
	case CONTROLLER_PXB:
	case CONTROLLER_PXB_PCIE:
		ret = check_pxb(line, row->kind, i + 1, err);
		if (ret < 0)
			return ret;
		add_pxb(line, row->driver, i, numbers, index);
		break;
	case CONTROLLER_ROOT_PORT:
		add_port(line, row->driver, controller, index);
		break;
	case CONTROLLER_BRIDGE:
		add_bridge(line, row->driver, controller, index);
		break;
	case CONTROLLER_PLAIN:
		argv_option(line, "-device", "%s", row->driver);
		add_id(line, controller, index);
		break;
	}
	ret = argv_add_address(line, &controller->address, ELEMENT, i + 1, err);
	argv_end(line);
	return ret;
}

/* ---- all of them ---- */

static bool is_none(const struct domain_controller *controller)
{
	return !strcmp(controller->type, "usb") && controller->model &&
	       !strcmp(controller->model, "none");
}

static int add_other(struct argv_line *line, size_t i, struct err *err)
{
	const struct domain_controller *controller = &line->domain->devices.controllers[i];
	int ret;

	if (is_none(controller))
		return 0;
	if (strcmp(controller->type, "virtio-serial"))
		return argv_refuse(err, ELEMENT, i + 1,
				   "controller type '%s' is not available: remove it",
				   controller->type);
	if (!line->emulator->virtio_serial)
		return argv_unsupported(line, err, ELEMENT, i + 1, "virtio-serial");
	argv_option(line, "-device", "virtio-serial-pci,id=virtio-serial%" PRId64,
		    controller->index.value);
	ret = argv_add_address(line, &controller->address, ELEMENT, i + 1, err);
	argv_end(line);
	return ret;
}

/* The lowest index that no controller has. */
static int64_t free_index(const struct domain_spec *domain, int64_t from)
{
	while (controller_find(domain, (uint64_t)from))
		from++;
	return from;
}

/* A bus must be there before what is on it, so PCI controllers come by index. */
static int add_pci_in_order(struct argv_line *line, int64_t *indexes, int64_t *numbers,
			    struct err *err)
{
	const struct domain_devices *devices = &line->domain->devices;
	int ret = 0;

	for (int64_t last = -1; ret == 0;) {
		size_t next = devices->n_controllers;

		for (size_t i = 0; i < devices->n_controllers; i++)
			if (indexes[i] > last &&
			    (next == devices->n_controllers || indexes[i] < indexes[next]))
				next = i;
		if (next == devices->n_controllers)
			break;
		last = indexes[next];
		ret = add_pci(line, next, last, numbers, err);
	}
	return ret;
}

int argv_add_controllers(struct argv_line *line, struct err *err)
{
	const struct domain_devices *devices = &line->domain->devices;
	autofree int64_t *indexes = calloc(devices->n_controllers + 1, sizeof(*indexes));
	autofree int64_t *numbers = calloc(devices->n_controllers + 1, sizeof(*numbers));
	int64_t free_from = 1;
	int ret;

	if (!indexes || !numbers)
		return err_set(err, ERR_HOST, -ENOMEM, NULL, "out of memory");
	for (size_t i = 0; i < devices->n_controllers; i++) {
		const struct domain_controller *controller = &devices->controllers[i];

		indexes[i] = -1;
		numbers[i] = controller->target.bus_nr.value;
		if (strcmp(controller->type, "pci"))
			continue;
		if (controller->index.given) {
			indexes[i] = controller->index.value;
			continue;
		}
		/* The root is index 0; of others the first that is free. */
		free_from = free_index(line->domain, free_from);
		indexes[i] = controller->model && strstr(controller->model, "-root") &&
					     !strstr(controller->model, "port")
				     ? 0
				     : free_from++;
	}
	ret = add_pci_in_order(line, indexes, numbers, err);
	for (size_t i = 0; i < devices->n_controllers && ret == 0; i++)
		if (strcmp(devices->controllers[i].type, "pci"))
			ret = add_other(line, i, err);
	return ret;
}
