/* SPDX-License-Identifier: Apache-2.0 */
/* -machine, -accel, -cpu, -smp. See option.h. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/size.h"
#include "base/util.h"
#include "cmdline/option.h"
#include "spec/build.h"

static const char *const off_only[] = { "off", NULL };
static const char *const on_only[] = { "on", NULL };
static const char *const on_off[] = { "on", "off", NULL };
static const char *const off_auto[] = { "off", "auto", NULL };
static const char *const kvm_only[] = { "kvm", "kvm:tcg", NULL };

/* ------------------------------------------------------------------ -machine */

static const struct cmdline_prop machine_rows[] = {
	{ "type", PROP_STRING, PROP_FIELD(spec_machine, type_name), .flags = PROP_ALWAYS,
	  .help = "q35 or pc, also with a version (pc-q35-9.2)" },
	{ "accel", PROP_FIXED, .names = kvm_only, .help = "accelerator; only KVM" },
	{ "hmat", PROP_BOOL, PROP_FIELD(spec_machine, hmat),
	  .help = "give the guest an ACPI HMAT (default off)" },
	{ "mem-merge", PROP_BOOL, PROP_FIELD(spec_machine, mem_merge),
	  .help = "let the host merge equal pages (default on)" },
	{ "dump-guest-core", PROP_BOOL, PROP_FIELD(spec_machine, dump_guest_core),
	  .help = "guest memory in core dumps (default on)" },
	{ "memory-backend", PROP_STRING, PROP_FIELD(spec_machine, memory_backend),
	  .help = "backend that is the RAM of a machine without cells" },
	{ "kernel-irqchip", PROP_FIXED, .names = on_only, .help = "interrupt controllers in KVM" },
	{ "smm", PROP_FIXED, .names = off_auto, .help = "system management mode: there is none" },
	{ "usb", PROP_FIXED, .names = off_only, .help = "there is no USB" },
	{ "vmport", PROP_FIXED, .names = off_auto, .help = "there is no VMware port" },
	{ "graphics", PROP_FIXED, .names = off_only, .help = "there are no graphics" },
	{ "i8042", PROP_FIXED, .names = on_only, .help = "keyboard controller (reset only)" },
	{ "sata", PROP_FIXED, .names = off_only, .help = "there is no SATA" },
	{ "smbus", PROP_FIXED, .names = off_only, .help = "there is no SMBus" },
	{ "pit", PROP_FIXED, .names = on_only, .help = "interval timer" },
	{ "hpet", PROP_FIXED, .names = off_only, .help = "there is no HPET" },
	{ "acpi", PROP_FIXED, .names = on_only, .help = "ACPI tables" },
	{ "nvdimm", PROP_FIXED, .names = off_only, .help = "there are no NVDIMMs" },
	{ "suppress-vmdesc", PROP_FIXED, .names = on_off, .help = "accepted: no migration" },
};

static const struct cmdline_props machine = {
	.name = "machine",
	.implied = "type",
	.rows = machine_rows,
	.n_rows = ARRAY_SIZE(machine_rows),
};
const struct cmdline_props *const cmdline_machine_props[] = { &machine, NULL };

const struct cmdline_choice cmdline_machine_choices[] = {
	{ "q35", "KVM machine with PCI Express, no firmware (default)" },
	{ "pc", "the same machine; its root bus also answers to pci.0" },
	{ "pc-q35-X.Y", "alias of q35: QEMU's versioned names are accepted" },
	{ "pc-i440fx-X.Y", "alias of pc" },
	{ NULL, NULL },
};

/* prefix, then "X.Y" */
static bool is_versioned(const char *name, const char *prefix)
{
	const char *p = name + strlen(prefix);
	bool dot = false;

	if (strncmp(name, prefix, strlen(prefix)) || !isdigit((unsigned char)*p))
		return false;
	for (; *p; p++) {
		if (*p == '.' && !dot && isdigit((unsigned char)p[1]))
			dot = true;
		else if (!isdigit((unsigned char)*p))
			return false;
	}
	return dot;
}

static int set_machine_type(struct spec_machine *spec_machine, struct err *err)
{
	const char *name = spec_machine->type_name;

	if (!name || !strcmp(name, "q35") || is_versioned(name, "pc-q35-"))
		spec_machine->type = SPEC_MACHINE_Q35;
	else if (!strcmp(name, "pc") || is_versioned(name, "pc-i440fx-"))
		spec_machine->type = SPEC_MACHINE_PC;
	else
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "unsupported machine type: \"%.60s\" (known: q35, pc, pc-q35-X.Y, "
			       "pc-i440fx-X.Y)",
			       name);
	return 0;
}

int cmdline_read_machine(struct cmdline_parser *parser, const struct cmdline_option *option,
			 const char *arg, struct err *err)
{
	const struct cmdline_props *props;
	AUTO_KEYVAL(list);
	int ret = cmdline_option_list(option, arg, &props, &list, err);

	if (ret == 0)
		ret = cmdline_props_read(props, &list, &parser->spec->machine, err);
	return ret < 0 ? ret : set_machine_type(&parser->spec->machine, err);
}

int cmdline_print_machine(const struct vm_spec *spec, const struct cmdline_option *option,
			  struct cmdline_argv *argv)
{
	struct spec_machine defaults = { .mem_merge = true, .dump_guest_core = true };
	struct spec_machine shown = spec->machine;
	AUTO_STRBUF text = STRBUF_INIT;

	if (!shown.type_name)
		shown.type_name = (char *)(shown.type == SPEC_MACHINE_PC ? "pc" : "q35");
	/* The RAM that nobody named is not printed, so it cannot be referred to. */
	if (shown.memory_backend) {
		const struct spec_backend *ram = spec_backend_find(spec, shown.memory_backend);

		if (ram && ram->implicit)
			shown.memory_backend = NULL;
	}
	cmdline_props_print(&machine, &shown, &defaults, &text);
	return cmdline_argv_add_text(argv, option->name, &text);
}

/* ------------------------------------------------------------------ -accel, -cpu */

static const struct cmdline_prop accel_rows[] = {
	{ "accel", PROP_FIXED, .names = kvm_only, .help = "accelerator; only KVM" },
	{ "kernel-irqchip", PROP_FIXED, .names = on_only, .help = "interrupt controllers in KVM" },
	{ "software", PROP_BOOL, PROP_FIELD(vm_spec, software_kvm),
	  .help = "run even where KVM has no hardware virtualisation under it (default off)" },
};
static const struct cmdline_props accel = {
	.name = "accel",
	.implied = "accel",
	.rows = accel_rows,
	.n_rows = ARRAY_SIZE(accel_rows),
};
const struct cmdline_props *const cmdline_accel_props[] = { &accel, NULL };
const struct cmdline_choice cmdline_accel_choices[] = {
	{ "kvm", "the Linux kernel's virtual machines (always used)" },
	{ NULL, NULL },
};

int cmdline_read_accel(struct cmdline_parser *parser, const struct cmdline_option *option,
		       const char *arg, struct err *err)
{
	const struct cmdline_props *props;
	AUTO_KEYVAL(list);
	int ret = cmdline_option_list(option, arg, &props, &list, err);

	return ret < 0 ? ret : cmdline_props_read(props, &list, parser->spec, err);
}

/* Terrace always uses KVM; QEMU needs to be told. */
int cmdline_print_accel(const struct vm_spec *spec, const struct cmdline_option *option,
			struct cmdline_argv *argv)
{
	struct vm_spec defaults = { .software_kvm = false };
	AUTO_STRBUF text = STRBUF_INIT;

	strbuf_add_text(&text, "kvm");
	cmdline_props_print(&accel, spec, &defaults, &text);
	return cmdline_argv_add_text(argv, option->name, &text);
}

static const struct cmdline_prop cpu_rows[] = {
	{ "model", PROP_STRING, PROP_FIELD(vm_spec, cpu_model), .flags = PROP_ALWAYS,
	  .help = "host or max" },
	{ "kvm", PROP_FIXED, .names = on_only, .help = "show the guest that it runs on KVM" },
	{ "migratable", PROP_FIXED, .names = on_off, .help = "accepted: no migration" },
	{ "host-phys-bits", PROP_FIXED, .names = on_only, .help = "address width of the host" },
	{ "check", PROP_FIXED, .names = on_off, .help = "accepted: the features are the host's" },
	{ "enforce", PROP_FIXED, .names = on_off, .help = "accepted: the features are the host's" },
};
static const struct cmdline_props cpu = {
	.name = "cpu",
	.implied = "model",
	.unknown_before = "CPU feature '",
	.unknown_after = "' cannot be changed: the guest has the host's features",
	.rows = cpu_rows,
	.n_rows = ARRAY_SIZE(cpu_rows),
};
const struct cmdline_props *const cmdline_cpu_props[] = { &cpu, NULL };
const struct cmdline_choice cmdline_cpu_choices[] = {
	{ "host", "the host's CPU with all its features (default)" },
	{ "max", "the same" },
	{ NULL, NULL },
};

int cmdline_read_cpu(struct cmdline_parser *parser, const struct cmdline_option *option,
		     const char *arg, struct err *err)
{
	const struct cmdline_props *props;
	const char *model;
	AUTO_KEYVAL(list);
	int ret = cmdline_option_list(option, arg, &props, &list, err);

	if (ret < 0)
		return ret;
	model = keyval_get(&list, "model");
	if (model && strcmp(model, "host") && strcmp(model, "max"))
		return err_set(err, ERR_UNSUPPORTED, -EINVAL, NULL,
			       "unable to find CPU model '%.60s': terrace-vmm has host and max",
			       model);
	return cmdline_props_read(props, &list, parser->spec, err);
}

int cmdline_print_cpu(const struct vm_spec *spec, const struct cmdline_option *option,
		      struct cmdline_argv *argv)
{
	return cmdline_argv_add(argv, option->name, spec->cpu_model ? spec->cpu_model : "host");
}

/* ------------------------------------------------------------------ -smp */

static const char *const one_only[] = { "1", NULL };

static const struct cmdline_prop smp_rows[] = {
	{ "cpus", PROP_UINT, PROP_FIELD(spec_smp, cpus), .help = "vCPUs at start (default 1)" },
	{ "maxcpus", PROP_UINT, PROP_FIELD(spec_smp, maxcpus),
	  .help = "vCPUs that there may ever be (default cpus)" },
	{ "sockets", PROP_UINT, PROP_FIELD(spec_smp, sockets), .help = "sockets of the machine" },
	{ "dies", PROP_UINT, PROP_FIELD(spec_smp, dies), .help = "dies in a socket" },
	{ "clusters", PROP_FIXED, .names = one_only, .help = "clusters in a die; only 1" },
	{ "modules", PROP_FIXED, .names = one_only, .help = "modules in a die; only 1" },
	{ "cores", PROP_UINT, PROP_FIELD(spec_smp, cores), .help = "cores in a die" },
	{ "threads", PROP_UINT, PROP_FIELD(spec_smp, threads), .help = "threads in a core" },
};
static const struct cmdline_props smp = {
	.name = "smp",
	.implied = "cpus",
	.unknown_before = "Parameter 'smp.",
	.unknown_after = "' is unexpected",
	.number_prefix = "smp.",
	.rows = smp_rows,
	.n_rows = ARRAY_SIZE(smp_rows),
};
const struct cmdline_props *const cmdline_smp_props[] = { &smp, NULL };

/* In a spec 0 means "not given", so a zero that was given is refused here. */
static int check_smp_values(const struct keyval *list, struct err *err)
{
	for (size_t i = 0; i < list->n_pairs; i++) {
		const char *key = list->pairs[i].key, *value = list->pairs[i].value;
		uint64_t number;

		if (!value)
			continue;
		if (number_parse(value, &number) == 0 && !number)
			return err_set(err, ERR_USER, -EINVAL, NULL,
				       "Invalid CPU topology: CPU topology parameters must be "
				       "greater than zero");
		if ((!strcmp(key, "clusters") || !strcmp(key, "modules")) && strcmp(value, "1"))
			return err_set(err, ERR_UNSUPPORTED, -EINVAL, NULL,
				       "%s > 1 not supported by this machine's CPU topology", key);
	}
	return 0;
}

int cmdline_read_smp(struct cmdline_parser *parser, const struct cmdline_option *option,
		     const char *arg, struct err *err)
{
	const struct cmdline_props *props;
	AUTO_KEYVAL(list);
	int ret = cmdline_option_list(option, arg, &props, &list, err);

	if (ret == 0)
		ret = check_smp_values(&list, err);
	if (ret == 0)
		ret = cmdline_props_read(props, &list, &parser->spec->smp, err);
	return ret;
}

int cmdline_print_smp(const struct vm_spec *spec, const struct cmdline_option *option,
		      struct cmdline_argv *argv)
{
	struct spec_smp none = { 0 };
	AUTO_STRBUF text = STRBUF_INIT;

	cmdline_props_print(&smp, &spec->smp, &none, &text);
	return text.length ? cmdline_argv_add_text(argv, option->name, &text) : 0;
}
