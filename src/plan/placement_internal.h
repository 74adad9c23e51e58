/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the placement share; for them only. placement.c decides memory and cpuset.mems,
 * placement_cpus.c CPUs, placement_advice.c nodes for placement='auto', placement_notes.c and
 * placement_fit.c what a user should know.
 */
#ifndef TERRACE_PLAN_PLACEMENT_INTERNAL_H
#define TERRACE_PLAN_PLACEMENT_INTERNAL_H

#include "plan/placement.h"

struct placement_build {
	const struct domain_spec *domain;
	const struct host_facts *facts;		   /* may be NULL */
	const struct placement_emulator *emulator; /* may be NULL */
	struct placement *placement;
	bool no_memory; /* sticky: a note could not be kept */
};

/* Adds a note, one line without a full stop at its end. */
void placement_note(struct placement_build *build, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* The nodes for placement='auto'. Needs facts, and sizes and pages of cells and devices. */
int placement_advise(struct placement_build *build, struct err *err);

/* Needs everything of memory, and the advice. */
int placement_fill_cpus(struct placement_build *build, struct err *err);

/* Needs everything else. The second is called by the first. */
void placement_add_notes(struct placement_build *build);
void placement_add_fit_notes(struct placement_build *build);

/* Cells, then devices, as one list. */
size_t placement_memory_count(const struct placement *placement);
const struct placement_memory *placement_memory_at(const struct placement *placement, size_t i);

/* It fails rather than go to other nodes. */
bool placement_must_stay(const struct placement_memory *memory);

/* "cells 0-1 and memory device 2", "the guest's memory": those whose flag is set. Returns buf. */
const char *placement_names_text(const struct placement *placement, const bool *which, char *buf,
				 size_t buf_size);

/* vCPUs that are there from the start. */
unsigned int placement_vcpus_at_start(const struct domain_spec *domain);

/* What a new user of the node can get: page_bytes 0 base pages, else huge pages of that size. */
uint64_t placement_node_room_bytes(const struct host_facts *facts, const struct host_node *node,
				   uint64_t page_bytes);

/* "16 GiB", "1.5 GiB", "800 MiB": short, rounded to a tenth. 24 bytes are enough. Returns buf. */
const char *placement_size_text(uint64_t bytes, bool round_up, char *buf, size_t buf_size);
#define SIZE_TEXT(bytes)   placement_size_text(bytes, false, (char[24]){ 0 }, 24)
#define WANTED_TEXT(bytes) placement_size_text(bytes, true, (char[24]){ 0 }, 24)

/* "node 1", "nodes 0-1,3". Returns buf. */
const char *placement_nodes_text(const struct idset *nodes, char *buf, size_t buf_size);
#define NODES_TEXT(nodes) placement_nodes_text(nodes, (char[128]){ 0 }, 128)

/* "none", "policy", "cpuset". */
const char *placement_enforcer_name(enum placement_enforcer enforcer);

/* What of the guest must be on this node, and what may be there or on another. */
void placement_wanted_on(const struct placement *placement, unsigned int node, uint64_t *ret_only,
			 uint64_t *ret_maybe);

#endif
