/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A command line in the making, and its parts: only for argv*.c.
 *
 * Words are written one behind the other into one buffer: start one with argv_option() or
 * argv_word(), add to argv->words, end it with argv_end(). No allocation per word: a guest with 64
 * cells has 4,096 distances.
 */
#ifndef TERRACE_MANAGER_ARGV_LINE_H
#define TERRACE_MANAGER_ARGV_LINE_H

#include "base/strbuf.h"
#include "manager/argv.h"

struct argv_line {
	const struct domain_spec *domain;
	const struct placement *placement;
	const struct emulator *emulator;
	const struct argv_context *context;
	bool is_i440fx; /* pci.0 instead of pcie.0 */
	bool has_hmat;
	bool spawns; /* a helper program is started by the VMM */

	struct strbuf words; /* each ends with NUL */
	int n_words;
	bool json_comma;
};

/* ---- words (argv_line.c) ---- */

void argv_word(struct argv_line *line, const char *word);
/* "-name", and the beginning of its value. argv_end() ends the value. */
void argv_option(struct argv_line *line, const char *name, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void argv_add(struct argv_line *line, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void argv_end(struct argv_line *line);
/* The text with each comma twice, as values of key=value lists have it. */
void argv_add_value(struct argv_line *line, const char *text);
/* "key" and the value, as argv_add_value(); nothing when text is NULL. key: ",id=". */
void argv_add_pair(struct argv_line *line, const char *key, const char *text);

/* "-object '{...}'": argv_json_open(), members, argv_json_close(). No blanks, as libvirt's. */
void argv_json_open(struct argv_line *line, const char *option);
void argv_json_close(struct argv_line *line);
void argv_json_string(struct argv_line *line, const char *name, const char *text);
void argv_json_prefixed(struct argv_line *line, const char *name, const char *prefix,
			const char *text);
void argv_json_u64(struct argv_line *line, const char *name, uint64_t value);
void argv_json_bool(struct argv_line *line, const char *name, bool value);
void argv_json_set(struct argv_line *line, const char *name, const struct idset *set);

/*
 * -ENOTSUP: the emulator has no what ("virtio-mem"); element is where the XML asks for it, with
 * number (from 1) when it is not 0.
 */
int argv_unsupported(const struct argv_line *line, struct err *err, const char *element,
		     size_t number, const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/* -ENOTSUP, for what no emulator gets from us: fmt is the whole message. */
int argv_refuse(struct err *err, const char *element, size_t number, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* ---- parts, in their order on the line ---- */

int argv_add_machine(struct argv_line *line, struct err *err); /* -machine -accel -cpu */
int argv_add_memory(struct argv_line *line, struct err *err);  /* -m, RAM without cells */
int argv_add_smp(struct argv_line *line, struct err *err);     /* -smp */
int argv_add_iothreads(struct argv_line *line, struct err *err);
int argv_add_cells(struct argv_line *line, struct err *err);   /* -object, -numa */
int argv_add_program(struct argv_line *line, struct err *err); /* -uuid ... -append */
int argv_add_controllers(struct argv_line *line, struct err *err);
int argv_add_memory_devices(struct argv_line *line, struct err *err);
int argv_add_devices(struct argv_line *line, struct err *err);	/* disks to vsock */
int argv_add_chardevs(struct argv_line *line, struct err *err); /* serial ports and consoles */

/* ---- shared by parts ---- */

/* The backend (and thread context) of a cell, or with cell NULL of a guest without cells. */
int argv_add_backend(struct argv_line *line, const char *id, const struct placement_memory *memory,
		     const struct domain_cell *cell, struct err *err);

/*
 * ",bus=pci.1,addr=0x2" of a PCI device; without an address the root bus, and not even that where
 * there is no other.
 */
int argv_add_address(struct argv_line *line, const struct domain_address *address,
		     const char *element, size_t number, struct err *err);

#endif
