/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the guest finds in its memory at start: kernel, initrd, memory map, ACPI tables.
 *
 * The ACPI tables lie in the firmware area below 1 MiB. Those of a machine with so many CPUs or cells
 * that they do not fit lie at the top of low RAM, in an area that the memory map marks as such; kernel
 * and initrd stay below it. (Low is not for tradition: that page has other start data in it, the top
 * of RAM would be a huge page more to clear before the first guest instruction.) Everything is written again at each reset, from the open files and from
 * tables built once: nothing depends on what the guest did to its memory.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "vmm/boot/layout.h"
#include "vmm/machine.h"

int machine_image_open(struct vmm *vmm, struct err *err)
{
	const struct vm_spec *spec = vmm->spec;
	int ret;

	if (!spec->kernel)
		return err_set(err, ERR_USER, -EINVAL, "-kernel",
			       "a kernel is needed: there is no firmware to boot from a disk");
	ret = boot_file_open(spec->kernel, "kernel file", &vmm->image.kernel, err);
	if (ret < 0)
		return ret;
	ret = boot_plan(vmm->image.kernel, &vmm->image.load, err);
	if (ret < 0)
		return ret;
	if (!spec->initrd)
		return 0;
	return boot_file_open(spec->initrd, "initrd file", &vmm->image.initrd, err);
}

void machine_image_close(struct vmm *vmm)
{
	boot_file_free(vmm->image.kernel);
	boot_file_free(vmm->image.initrd);
	e820_table_fini(&vmm->image.e820);
	acpi_blob_fini(&vmm->image.acpi);
	vmm->image = (struct machine_image){ 0 };
}

/* Everything that acpi_config borrows while the tables are built. */
struct acpi_input {
	struct acpi_cpu *cpus;
	struct acpi_memory *memory;
	struct acpi_cell cells[SPEC_CELL_MAX];
	uint8_t *distances;
	struct acpi_hmat_lb *lb;
	struct acpi_hmat_cache *caches;
	struct acpi_pci_root root;
	struct acpi_serial serials[MACHINE_SERIAL_MAX];
	struct acpi_config config;
};

static void acpi_input_fini(struct acpi_input *in)
{
	free(in->cpus);
	free(in->memory);
	free(in->distances);
	free(in->lb);
	free(in->caches);
}

static bool acpi_input_allocate(struct acpi_input *in, const struct vm_spec *spec,
				const struct plan *plan)
{
	in->cpus = calloc(plan->n_vcpus, sizeof(in->cpus[0]));
	in->memory = calloc(plan->n_affinities + 1, sizeof(in->memory[0]));
	in->distances = calloc(spec->n_cells + 1, spec->n_cells + 1);
	in->lb = calloc(spec->n_hmat_lb + 1, sizeof(in->lb[0]));
	in->caches = calloc(spec->n_hmat_caches + 1, sizeof(in->caches[0]));
	return in->cpus && in->memory && in->distances && in->lb && in->caches;
}

static void describe_cpus(struct acpi_input *in, const struct plan *plan)
{
	for (size_t i = 0; i < plan->n_vcpus; i++)
		in->cpus[i] = (struct acpi_cpu){
			.apic_id = plan->vcpus[i].apic_id,
			.cell = (uint16_t)plan->vcpus[i].cell,
			.present = plan->vcpus[i].present,
		};
	in->config.cpus = in->cpus;
	in->config.n_cpus = plan->n_vcpus;
}

static void describe_memory(struct acpi_input *in, const struct plan *plan)
{
	for (size_t i = 0; i < plan->n_affinities; i++) {
		const struct plan_affinity *a = &plan->affinities[i];

		in->memory[i] = (struct acpi_memory){
			.range = { a->gpa, a->size_bytes },
			.cell = (uint16_t)a->cell,
			.flags = ACPI_MEMORY_ENABLED | (a->hotplug ? ACPI_MEMORY_HOTPLUGGABLE : 0),
		};
	}
	in->config.memory = in->memory;
	in->config.n_memory = plan->n_affinities;
}

static void describe_cells(struct acpi_input *in, const struct vm_spec *spec)
{
	for (size_t c = 0; c < spec->n_cells; c++) {
		in->cells[c].initiator = spec->cells[c].initiator < 0 ? ACPI_NO_CELL
								      : spec->cells[c].initiator;
		for (size_t to = 0; to < spec->n_cells; to++)
			in->distances[c * spec->n_cells + to] =
				spec_distance_get(spec, (unsigned int)c, (unsigned int)to);
	}
	in->config.cells = in->cells;
	in->config.n_cells = spec->n_cells;
	if (spec_has_distances(spec))
		in->config.distances = in->distances;
}

static void describe_hmat(struct acpi_input *in, const struct vm_spec *spec)
{
	for (size_t i = 0; i < spec->n_hmat_lb; i++) {
		const struct spec_hmat_lb *lb = &spec->hmat_lb[i];

		in->lb[i] = (struct acpi_hmat_lb){
			.hierarchy = (uint8_t)lb->hierarchy,
			.data_type = (uint8_t)lb->data_type,
			.initiator = lb->initiator,
			.target = lb->target,
			.value = lb->value,
		};
	}
	for (size_t i = 0; i < spec->n_hmat_caches; i++) {
		const struct spec_hmat_cache *c = &spec->hmat_caches[i];

		in->caches[i] = (struct acpi_hmat_cache){
			.cell = c->cell,
			.size_bytes = c->size_bytes,
			.level = c->level,
			.associativity = c->associativity,
			.policy = c->policy,
			.line_bytes = c->line_bytes,
		};
	}
	in->config.hmat = spec->machine.hmat;
	in->config.hmat_lb = in->lb;
	in->config.n_hmat_lb = spec->n_hmat_lb;
	in->config.hmat_caches = in->caches;
	in->config.n_hmat_caches = spec->n_hmat_caches;
}

static void describe_machine(struct acpi_input *in, const struct vmm *vmm)
{
	in->root = (struct acpi_pci_root){
		.bus_first = 0,
		.bus_last = 255,
		.cell = ACPI_NO_CELL,
		/* All ports but the configuration mechanism's. */
		.io = { { 0, 0xcf8 }, { 0xd00, 0x10000 - 0xd00 } },
		.mmio32 = vmm->plan->mmio32,
		.mmio64 = vmm->plan->mmio64,
	};
	in->config.pci_roots = &in->root;
	in->config.n_pci_roots = 1;
	for (size_t i = 0; i < MACHINE_SERIAL_MAX; i++)
		if (vmm->serials[i])
			in->serials[in->config.n_serials++] = machine_serial_places[i];
	in->config.serials = in->serials;
}

static int build_tables(struct vmm *vmm, uint64_t base_gpa, struct acpi_blob *ret_blob,
			struct err *err)
{
	__attribute__((cleanup(acpi_input_fini))) struct acpi_input in = { 0 };

	acpi_config_init(&in.config);
	if (!acpi_input_allocate(&in, vmm->spec, vmm->plan))
		return err_set(err, ERR_HOST, -ENOMEM, NULL, "out of memory");
	describe_cpus(&in, vmm->plan);
	describe_memory(&in, vmm->plan);
	describe_cells(&in, vmm->spec);
	describe_hmat(&in, vmm->spec);
	describe_machine(&in, vmm);
	return acpi_tables_build(&in.config, base_gpa, ret_blob, err);
}

/* The size does not depend on the place: built for the low place, and again where it is too large. */
static int prepare_acpi(struct vmm *vmm, struct err *err)
{
	struct machine_image *image = &vmm->image;
	uint64_t area_bytes, low_end = vmm->plan->ram_low_bytes;
	int ret = build_tables(vmm, BOOT_ACPI_GPA, &image->acpi, err);

	if (ret < 0)
		return ret;
	image->acpi_gpa = BOOT_ACPI_GPA;
	image->ram_end_gpa = low_end;
	if (image->acpi.size_bytes <= BOOT_ACPI_MAX_BYTES)
		return 0;
	if (!checked_align_up(image->acpi.size_bytes, PLAN_PAGE_BYTES, &area_bytes) ||
	    area_bytes + BOOT_HIGH_GPA > low_end)
		return err_set(err, ERR_USER, -ENOSPC, "-m",
			       "too little memory for the ACPI tables (%zu bytes)",
			       image->acpi.size_bytes);
	acpi_blob_fini(&image->acpi);
	image->acpi = ACPI_BLOB_INIT;
	image->acpi_gpa = image->ram_end_gpa = align_down(low_end - area_bytes, PLAN_PAGE_BYTES);
	return build_tables(vmm, image->acpi_gpa, &image->acpi, err);
}

int machine_image_prepare(struct vmm *vmm, struct err *err)
{
	const struct plan *plan = vmm->plan;
	struct range high = { PLAN_HIGH_START, plan->ram_high_bytes };
	struct e820_input input = {
		.low_ram_bytes = plan->ram_low_bytes,
		.high_ram = &high,
		.n_high_ram = high.size_bytes ? 1 : 0,
		.ecam = plan->ecam,
	};
	int ret = prepare_acpi(vmm, err);

	if (ret < 0)
		return ret;
	input.acpi_data = (struct range){
		.start = vmm->image.ram_end_gpa,
		.size_bytes = plan->ram_low_bytes - vmm->image.ram_end_gpa,
	};
	return e820_build(&input, &vmm->image.e820, err);
}

static int write_tables(struct vmm *vmm, struct err *err)
{
	const struct acpi_blob *acpi = &vmm->image.acpi;
	int ret = guest_memory_write(vmm->memory, gpa(vmm->image.acpi_gpa), acpi->bytes,
				     acpi->size_bytes);

	if (ret == 0)
		ret = guest_memory_write(vmm->memory, gpa(BOOT_RSDP_GPA), acpi->rsdp,
					 sizeof(acpi->rsdp));
	return ret < 0 ? err_set_errno(err, ERR_HOST, ret, NULL, "ACPI tables") : 0;
}

/* Anonymous memory and memfds start as zero pages; a file has what it has. */
static bool memory_is_zero(const struct vmm *vmm, enum machine_occasion occasion)
{
	if (occasion != MACHINE_START)
		return false;
	for (size_t i = 0; i < vmm->spec->n_backends; i++)
		if (vmm->spec->backends[i].type == SPEC_BACKEND_FILE)
			return false;
	return true;
}

int machine_image_load(struct vmm *vmm, enum machine_occasion occasion, struct err *err)
{
	struct boot_config config = {
		.kernel = vmm->image.kernel,
		.plan = &vmm->image.load,
		.initrd = vmm->image.initrd,
		.cmdline = vmm->spec->append,
		.e820 = &vmm->image.e820,
		.low_ram_end_gpa = vmm->image.ram_end_gpa,
		.rsdp_gpa = BOOT_RSDP_GPA,
		.memory_is_zero = memory_is_zero(vmm, occasion),
	};
	struct boot_cpu_state entry;
	int ret = boot_load(vmm->memory, &config, &entry, err);

	if (ret < 0)
		return ret;
	ret = write_tables(vmm, err);
	if (ret < 0)
		return ret;
	return vcpu_set_set_entry(vmm->vcpus, &entry, err);
}
