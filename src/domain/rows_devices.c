/* SPDX-License-Identifier: Apache-2.0 */
/* The language of <devices>: see rows.c. */
#include "domain/rows.h"

#define T struct domain_address
static const struct bind_row address_rows[] = {
	{ ATTRIBUTE(type, "type", BIND_TEXT), .required = true },
	{ ATTRIBUTE(domain, "domain", BIND_NUMBER_TEXT) },
	{ ATTRIBUTE(controller, "controller", BIND_NUMBER_TEXT) },
	{ ATTRIBUTE(bus, "bus", BIND_NUMBER_TEXT) },
	{ ATTRIBUTE(target, "target", BIND_NUMBER_TEXT) },
	{ ATTRIBUTE(unit, "unit", BIND_NUMBER_TEXT) },
	{ ATTRIBUTE(port, "port", BIND_NUMBER_TEXT) },
	{ ATTRIBUTE(slot, "slot", BIND_NUMBER_TEXT) },
	{ ATTRIBUTE(function, "function", BIND_NUMBER_TEXT) },
	TEXT(multifunction, "multifunction"),
	{ ATTRIBUTE(base, "base", BIND_NUMBER_TEXT) },
	END,
};
static const struct bind_row base_address_rows[] = {
	{ ATTRIBUTE(base, "base", BIND_NUMBER_TEXT), .required = true },
	END,
};
#undef T

#define T struct domain_alias
static const struct bind_row alias_rows[] = {
	{ ATTRIBUTE(name, "name", BIND_TEXT), .required = true },
	END,
};
#undef T

#define ALIAS_AND_ADDRESS CHILD(alias, "alias", alias_rows), CHILD(address, "address", address_rows)

/* ---- memory devices and the balloon ---- */

#define T struct domain_memory_device_source
static const struct bind_row memory_source_rows[] = {
	LEAF(path, "path", BIND_TEXT),
	LEAF(nodemask, "nodemask", BIND_SET),
	LEAF(pagesize_bytes, "pagesize", BIND_SIZE),
	LEAF(alignsize_bytes, "alignsize", BIND_SIZE),
	FLAG(pmem, "pmem"),
	END,
};
#undef T

#define T struct domain_memory_label
static const struct bind_row label_rows[] = { LEAF(size_bytes, "size", BIND_SIZE), END };
#undef T

#define T struct domain_memory_device_target
static const struct bind_row memory_target_rows[] = {
	ENUM(dynamic_memslots, "dynamicMemslots", row_yes_no),
	LEAF(size_bytes, "size", BIND_SIZE),
	{ LEAF_(node, "node", BIND_NUMBER), .limit = UINT32_MAX },
	CHILD(label, "label", label_rows),
	FLAG(readonly, "readonly"),
	LEAF(block_bytes, "block", BIND_SIZE),
	LEAF(requested_bytes, "requested", BIND_SIZE),
	LEAF(current_bytes, "current", BIND_SIZE),
	CHILD(address, "address", base_address_rows),
	END,
};
#undef T

static const char *const memory_models[] = { "dimm", "nvdimm", "virtio-mem", "virtio-pmem", NULL };
#define T struct domain_memory_device
static const struct bind_row memory_rows[] = {
	{ ENUM_(model, "model", memory_models), .required = true },
	ENUM(access, "access", row_access),
	ENUM(discard, "discard", row_yes_no),
	LEAF(uuid, "uuid", BIND_TEXT),
	CHILD(source, "source", memory_source_rows),
	CHILD(target, "target", memory_target_rows),
	ALIAS_AND_ADDRESS,
	END,
};
#undef T

#define T struct domain_memballoon_stats
static const struct bind_row stats_rows[] = {
	{ ATTRIBUTE(period, "period", BIND_NUMBER), .limit = INT32_MAX, .required = true },
	END,
};
#undef T

static const char *const balloon_models[] = { "virtio", "virtio-transitional",
					      "virtio-non-transitional", "none", NULL };
#define T struct domain_memballoon
static const struct bind_row memballoon_rows[] = {
	{ ENUM_(model, "model", balloon_models), .required = true },
	ENUM(autodeflate, "autodeflate", row_on_off),
	ENUM(free_page_reporting, "freePageReporting", row_on_off),
	CHILD(stats, "stats", stats_rows),
	ALIAS_AND_ADDRESS,
	END,
};
#undef T

/* ---- controllers ---- */

#define T struct domain_controller_model
static const struct bind_row model_name_rows[] = {
	{ ATTRIBUTE(name, "name", BIND_TEXT), .required = true },
	END,
};
#undef T

#define T struct domain_controller_target
static const struct bind_row controller_target_rows[] = {
	{ ATTRIBUTE(chassis_nr, "chassisNr", BIND_NUMBER_TEXT) },
	{ ATTRIBUTE(chassis, "chassis", BIND_NUMBER_TEXT) },
	{ ATTRIBUTE(port, "port", BIND_NUMBER_TEXT) },
	{ ATTRIBUTE(bus_nr, "busNr", BIND_NUMBER), .limit = INT32_MAX },
	TEXT(hotplug, "hotplug"),
	{ LEAF_(node, "node", BIND_NUMBER), .limit = INT32_MAX },
	END,
};
#undef T

#define T struct domain_controller
static const struct bind_row controller_rows[] = {
	{ ATTRIBUTE(type, "type", BIND_TEXT), .required = true },
	{ ATTRIBUTE(index, "index", BIND_NUMBER), .limit = INT32_MAX },
	TEXT(model, "model"),
	CHILD(model_name, "model", model_name_rows),
	CHILD(target, "target", controller_target_rows),
	ALIAS_AND_ADDRESS,
	END,
};
#undef T

/* ---- disks and interfaces ---- */

#define T struct domain_disk_driver
static const struct bind_row disk_driver_rows[] = {
	TEXT(name, "name"),
	TEXT(type, "type"),
	TEXT(cache, "cache"),
	TEXT(io, "io"),
	TEXT(discard, "discard"),
	{ ATTRIBUTE(queues, "queues", BIND_NUMBER), .limit = INT32_MAX },
	{ ATTRIBUTE(iothread, "iothread", BIND_NUMBER), .limit = UINT32_MAX },
	END,
};
#undef T

#define T struct domain_disk_source
static const struct bind_row disk_source_rows[] = { TEXT(file, "file"), TEXT(dev, "dev"), END };
#undef T

#define T struct domain_disk_target
static const struct bind_row disk_target_rows[] = {
	{ ATTRIBUTE(dev, "dev", BIND_TEXT), .required = true },
	TEXT(bus, "bus"),
	END,
};
#undef T

#define T struct domain_boot_order
static const struct bind_row boot_order_rows[] = {
	{ ATTRIBUTE(order, "order", BIND_NUMBER), .limit = UINT32_MAX, .required = true },
	END,
};
#undef T

#define T struct domain_disk
static const struct bind_row disk_rows[] = {
	TEXT(type, "type"),
	TEXT(device, "device"),
	CHILD(driver, "driver", disk_driver_rows),
	CHILD(source, "source", disk_source_rows),
	CHILD(target, "target", disk_target_rows),
	FLAG(readonly, "readonly"),
	FLAG(shareable, "shareable"),
	LEAF(serial, "serial", BIND_TEXT),
	CHILD(boot, "boot", boot_order_rows),
	ALIAS_AND_ADDRESS,
	END,
};
#undef T

#define T struct domain_mac
static const struct bind_row mac_rows[] = {
	{ ATTRIBUTE(address, "address", BIND_TEXT), .required = true },
	END,
};
#undef T

#define T struct domain_interface_source
static const struct bind_row interface_source_rows[] = {
	TEXT(network, "network"), TEXT(bridge, "bridge"), TEXT(dev, "dev"), TEXT(mode, "mode"), END,
};
#undef T

#define T struct domain_interface_target
static const struct bind_row interface_target_rows[] = { TEXT(dev, "dev"), END };
#undef T

#define T struct domain_interface_model
static const struct bind_row interface_model_rows[] = { TEXT(type, "type"), END };
#undef T

#define T struct domain_interface_driver
static const struct bind_row interface_driver_rows[] = {
	TEXT(name, "name"),
	{ ATTRIBUTE(queues, "queues", BIND_NUMBER), .limit = INT32_MAX },
	END,
};
#undef T

#define T struct domain_interface
static const struct bind_row interface_rows[] = {
	{ ATTRIBUTE(type, "type", BIND_TEXT), .required = true },
	CHILD(mac, "mac", mac_rows),
	CHILD(source, "source", interface_source_rows),
	CHILD(target, "target", interface_target_rows),
	CHILD(model, "model", interface_model_rows),
	CHILD(driver, "driver", interface_driver_rows),
	CHILD(boot, "boot", boot_order_rows),
	ALIAS_AND_ADDRESS,
	END,
};
#undef T

/* ---- character devices, entropy, vsock ---- */

#define T struct domain_chardev_source
static const struct bind_row chardev_source_rows[] = {
	TEXT(path, "path"),
	TEXT(mode, "mode"),
	TEXT(append, "append"),
	END,
};
#undef T

#define T struct domain_chardev_target
static const struct bind_row chardev_target_rows[] = {
	TEXT(type, "type"),
	{ ATTRIBUTE(port, "port", BIND_NUMBER), .limit = INT32_MAX },
	CHILD(model, "model", model_name_rows),
	END,
};
#undef T

#define T struct domain_chardev
static const struct bind_row chardev_rows[] = {
	{ ATTRIBUTE(type, "type", BIND_TEXT), .required = true },
	TEXT(tty, "tty"),
	CHILD(source, "source", chardev_source_rows),
	CHILD(target, "target", chardev_target_rows),
	ALIAS_AND_ADDRESS,
	END,
};
#undef T

#define T struct domain_rng_rate
static const struct bind_row rng_rate_rows[] = {
	{ ATTRIBUTE(bytes, "bytes", BIND_NUMBER), .limit = UINT32_MAX, .required = true },
	{ ATTRIBUTE(period, "period", BIND_NUMBER), .limit = UINT32_MAX },
	END,
};
#undef T

#define T struct domain_rng_backend
static const struct bind_row rng_backend_rows[] = {
	{ ATTRIBUTE(model, "model", BIND_TEXT), .required = true },
	CONTENT(path, BIND_TEXT),
	END,
};
#undef T

#define T struct domain_rng
static const struct bind_row rng_rows[] = {
	{ ATTRIBUTE(model, "model", BIND_TEXT), .required = true },
	CHILD(rate, "rate", rng_rate_rows),
	CHILD(backend, "backend", rng_backend_rows),
	ALIAS_AND_ADDRESS,
	END,
};
#undef T

#define T struct domain_vsock_cid
static const struct bind_row cid_rows[] = {
	ENUM(auto_, "auto", row_yes_no),
	{ ATTRIBUTE(address, "address", BIND_NUMBER), .limit = UINT32_MAX },
	END,
};
#undef T

#define T struct domain_vsock
static const struct bind_row vsock_rows[] = {
	TEXT(model, "model"),
	CHILD(cid, "cid", cid_rows),
	ALIAS_AND_ADDRESS,
	END,
};
#undef T

#define T struct domain_devices
const struct bind_row row_devices[] = {
	LEAF(emulator, "emulator", BIND_TEXT),
	LIST(disks, "disk", disk_rows),
	LIST(controllers, "controller", controller_rows),
	LIST(interfaces, "interface", interface_rows),
	LIST(serials, "serial", chardev_rows),
	LIST(consoles, "console", chardev_rows),
	CHILD(memballoon, "memballoon", memballoon_rows),
	LIST(rngs, "rng", rng_rows),
	LIST(memories, "memory", memory_rows),
	CHILD(vsock, "vsock", vsock_rows),
	END,
};
#undef T
