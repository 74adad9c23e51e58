/* SPDX-License-Identifier: Apache-2.0 */
/* Disks, interfaces, the balloon and other devices of QEMU: see argv_line.h. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "manager/argv_line.h"

#define CID_FIRST 3 /* 0 to 2 are the hypervisor, local, and the host: virtio 1.2 section 5.10.4 */

static const char *alias_of(const struct domain_alias *alias, const char *otherwise)
{
	return alias->given && alias->name ? alias->name : otherwise;
}

static bool is(const char *text, const char *value)
{
	return text && !strcmp(text, value);
}

static void add_boot_index(struct argv_line *line, const struct domain_boot_order *boot)
{
	if (boot->given)
		argv_add(line, ",bootindex=%" PRId64, boot->order.value);
}

/* ---- disks ---- */

static int check_disk(const struct argv_line *line, const struct domain_disk *disk, size_t number,
		      struct err *err)
{
	static const char element[] = "devices/disk";

	if (!line->emulator->virtio_blk || !line->emulator->blockdev)
		return argv_unsupported(line, err, element, number, "disks");
	if (disk->device && !is(disk->device, "disk"))
		return argv_refuse(err, element, number,
				   "disk device '%s' is not available: use device='disk' with "
				   "bus='virtio'",
				   disk->device);
	if (disk->target.bus ? !is(disk->target.bus, "virtio")
			     : strncmp(disk->target.dev ? disk->target.dev : "", "vd", 2))
		return argv_refuse(err, element, number,
				   "disk bus '%s' is not available: use virtio",
				   disk->target.bus ? disk->target.bus : "of this target");
	if (!disk->source.file && !disk->source.dev)
		return argv_refuse(err, element, number,
				   "a disk needs <source file=...> or <source dev=...>");
	return 0;
}

static bool is_read_only(const struct domain_disk *disk)
{
	return disk->readonly;
}

static void add_cache_mode(struct argv_line *line, const char *cache)
{
	bool direct = is(cache, "none") || is(cache, "directsync");

	if (!cache || is(cache, "default"))
		return;
	strbuf_addf(&line->words, ",\"cache\":{\"direct\":%s,\"no-flush\":%s}",
		    direct ? "true" : "false", is(cache, "unsafe") ? "true" : "false");
}

static void add_block_node(struct argv_line *line, const struct domain_disk *disk,
			   const char *driver, const char *name, const char *below)
{
	argv_json_open(line, "-blockdev");
	argv_json_string(line, "driver", driver);
	if (below)
		argv_json_string(line, "file", below);
	else
		argv_json_string(line, "filename",
				 disk->source.file ? disk->source.file : disk->source.dev);
	argv_json_string(line, "node-name", name);
	if (!below && disk->driver.io)
		argv_json_string(line, "aio", disk->driver.io);
	argv_json_bool(line, "read-only", is_read_only(disk));
	argv_json_string(line, "discard", is(disk->driver.discard, "unmap") ? "unmap" : "ignore");
	add_cache_mode(line, disk->driver.cache);
	argv_json_close(line);
}

static int add_disk(struct argv_line *line, size_t i, struct err *err)
{
	const struct domain_disk *disk = &line->domain->devices.disks[i];
	const char *format = disk->driver.type ? disk->driver.type : "raw";
	char storage[64], node[64], id[64];
	int ret = check_disk(line, disk, i + 1, err);

	if (ret < 0)
		return ret;
	snprintf(storage, sizeof(storage), "libvirt-%zu-storage", i + 1);
	snprintf(node, sizeof(node), "libvirt-%zu-format", i + 1);
	snprintf(id, sizeof(id), "virtio-disk%zu", i);
	add_block_node(line, disk, disk->source.file ? "file" : "host_device", storage, NULL);
	add_block_node(line, disk, format, node, storage);
	argv_option(line, "-device", "virtio-blk-pci");
	ret = argv_add_address(line, &disk->address, "devices/disk", i + 1, err);
	if (disk->driver.iothread.given)
		argv_add(line, ",iothread=iothread%" PRId64, disk->driver.iothread.value);
	if (disk->driver.queues.given)
		argv_add(line, ",num-queues=%" PRId64, disk->driver.queues.value);
	if (disk->shareable)
		argv_add(line, ",share-rw=on");
	argv_add(line, ",drive=%s", node);
	argv_add_pair(line, ",id=", alias_of(&disk->alias, id));
	add_boot_index(line, &disk->boot);
	argv_add_pair(line, ",serial=", disk->serial);
	/* Writeback but for the modes whose point is that writes are through. */
	if (disk->driver.cache && !is(disk->driver.cache, "default"))
		argv_add(line, ",write-cache=%s",
			 is(disk->driver.cache, "writethrough") ||
					 is(disk->driver.cache, "directsync")
				 ? "off"
				 : "on");
	argv_end(line);
	return ret;
}

/* ---- interfaces ---- */

static int add_netdev(struct argv_line *line, const struct domain_interface *interface, size_t i,
		      struct err *err)
{
	char id[32];

	snprintf(id, sizeof(id), "hostnet%zu", i);
	if (is(interface->type, "user")) {
		argv_option(line, "-netdev", "user,id=%s", id);
	} else if (is(interface->type, "bridge") && interface->source.bridge) {
		argv_option(line, "-netdev", "bridge,br=");
		argv_add_value(line, interface->source.bridge);
		argv_add(line, ",id=%s", id);
		line->spawns = true; /* qemu-bridge-helper */
	} else if (is(interface->type, "ethernet") && interface->target.dev) {
		argv_option(line, "-netdev", "tap,ifname=");
		argv_add_value(line, interface->target.dev);
		argv_add(line, ",script=no,downscript=no%s,id=%s",
			 is(interface->driver.name, "vhost") ? ",vhost=on" : "", id);
	} else {
		return argv_refuse(
			err, "devices/interface", i + 1,
			"interface type '%s' is not available: use type='bridge' with "
			"<source bridge=...>, 'ethernet' with <target dev=...>, or 'user'",
			interface->type);
	}
	argv_end(line);
	return 0;
}

/* The same at each start, another for each domain and interface. QEMU's default is one for all. */
static void add_mac(struct argv_line *line, const struct domain_interface *interface, size_t i)
{
	const char *seed = line->domain->uuid ? line->domain->uuid : line->domain->name;
	uint32_t hash = 2166136261u; /* FNV-1a */

	if (interface->mac.given) {
		argv_add_pair(line, ",mac=", interface->mac.address);
		return;
	}
	for (const char *p = seed; *p; p++)
		hash = (hash ^ (unsigned char)*p) * 16777619u;
	hash = (hash ^ (uint32_t)i) * 16777619u;
	argv_add(line, ",mac=52:54:00:%02x:%02x:%02x", hash >> 16 & 0xff, hash >> 8 & 0xff,
		 hash & 0xff);
}

static int add_interface(struct argv_line *line, size_t i, struct err *err)
{
	static const char element[] = "devices/interface";
	const struct domain_interface *interface = &line->domain->devices.interfaces[i];
	const char *model = interface->model.type;
	char id[32];
	int ret;

	if (!line->emulator->virtio_net || !line->emulator->netdev)
		return argv_unsupported(line, err, element, i + 1, "network cards");
	if (model && strcmp(model, "virtio"))
		return argv_refuse(err, element, i + 1,
				   "interface model '%s' is not available: use virtio", model);
	ret = add_netdev(line, interface, i, err);
	if (ret < 0)
		return ret;
	snprintf(id, sizeof(id), "net%zu", i);
	argv_option(line, "-device", "virtio-net-pci,netdev=hostnet%zu", i);
	argv_add_pair(line, ",id=", alias_of(&interface->alias, id));
	add_mac(line, interface, i);
	add_boot_index(line, &interface->boot);
	ret = argv_add_address(line, &interface->address, element, i + 1, err);
	argv_end(line);
	return ret;
}

/* ---- entropy, vsock, balloon ---- */

static int add_rng(struct argv_line *line, size_t i, struct err *err)
{
	static const char element[] = "devices/rng";
	const struct domain_rng *rng = &line->domain->devices.rngs[i];
	char id[32], object[32];
	int ret;

	if (!line->emulator->virtio_rng || !line->emulator->rng_random)
		return argv_unsupported(line, err, element, i + 1, "virtio-rng");
	if (strcmp(rng->model, "virtio") || !rng->backend.given ||
	    strcmp(rng->backend.model, "random"))
		return argv_refuse(
			err, element, i + 1,
			"only model='virtio' with <backend model='random'> is available");
	snprintf(id, sizeof(id), "rng%zu", i);
	snprintf(object, sizeof(object), "objrng%zu", i);
	argv_json_open(line, "-object");
	argv_json_string(line, "qom-type", "rng-random");
	argv_json_string(line, "id", object);
	argv_json_string(line, "filename", rng->backend.path ? rng->backend.path : "/dev/random");
	argv_json_close(line);
	argv_option(line, "-device", "virtio-rng-pci,rng=%s", object);
	argv_add_pair(line, ",id=", alias_of(&rng->alias, id));
	if (rng->rate.given)
		argv_add(line, ",max-bytes=%" PRId64 ",period=%" PRId64, rng->rate.bytes.value,
			 rng->rate.period.given ? rng->rate.period.value : 1000);
	ret = argv_add_address(line, &rng->address, element, i + 1, err);
	argv_end(line);
	return ret;
}

static int add_vsock(struct argv_line *line, struct err *err)
{
	const struct domain_vsock *vsock = &line->domain->devices.vsock;
	int64_t cid = vsock->cid.address.value;
	int ret;

	if (!vsock->given)
		return 0;
	if (!line->emulator->vsock)
		return argv_unsupported(line, err, "devices/vsock", 0, "vsock");
	/* Ids of running domains are unique on a host, and so are their cids. */
	if (!vsock->cid.address.given)
		cid = CID_FIRST + line->context->id;
	argv_option(line, "-device", "vhost-vsock-pci");
	argv_add_pair(line, ",id=", alias_of(&vsock->alias, "vsock0"));
	argv_add(line, ",guest-cid=%" PRId64, cid);
	ret = argv_add_address(line, &vsock->address, "devices/vsock", 0, err);
	argv_end(line);
	return ret;
}

static void add_on_off(struct argv_line *line, const char *name, enum domain_on_off value)
{
	if (value)
		argv_add(line, ",%s=%s", name, value == DOMAIN_ON ? "on" : "off");
}

static int add_balloon(struct argv_line *line, struct err *err)
{
	const struct domain_memballoon *balloon = &line->domain->devices.memballoon;
	static const char *const suffixes[] = { "", "", "-transitional", "-non-transitional", "" };
	int ret;

	if (balloon->given && balloon->model == DOMAIN_BALLOON_NONE)
		return 0;
	/* libvirt adds one that nobody asked for; an emulator without it can do without. */
	if (!line->emulator->virtio_balloon)
		return balloon->given
			       ? argv_unsupported(line, err, "devices/memballoon", 0, "balloon")
			       : 0;
	argv_option(line, "-device", "virtio-balloon-pci%s", suffixes[balloon->model]);
	argv_add_pair(line, ",id=", alias_of(&balloon->alias, "balloon0"));
	add_on_off(line, "deflate-on-oom", balloon->autodeflate);
	add_on_off(line, "free-page-reporting", balloon->free_page_reporting);
	ret = argv_add_address(line, &balloon->address, "devices/memballoon", 0, err);
	argv_end(line);
	return ret;
}

int argv_add_devices(struct argv_line *line, struct err *err)
{
	const struct domain_devices *devices = &line->domain->devices;
	int ret = 0;

	for (size_t i = 0; i < devices->n_disks && ret == 0; i++)
		ret = add_disk(line, i, err);
	for (size_t i = 0; i < devices->n_interfaces && ret == 0; i++)
		ret = add_interface(line, i, err);
	if (ret == 0)
		ret = argv_add_chardevs(line, err);
	for (size_t i = 0; i < devices->n_rngs && ret == 0; i++)
		ret = add_rng(line, i, err);
	if (ret == 0)
		ret = add_balloon(line, err);
	return ret < 0 ? ret : add_vsock(line, err);
}
