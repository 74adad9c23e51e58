/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Short ways to write rows (bind.h), for rows.c and rows_devices.c. T is the struct that a table
 * fills. NAME(...) is a whole row; NAME_(...) is what stands inside the braces of one.
 */
#ifndef TERRACE_DOMAIN_ROWS_H
#define TERRACE_DOMAIN_ROWS_H

#include "domain/bind.h"

extern const char *const row_yes_no[], *const row_on_off[], *const row_access[];
extern const struct bind_row row_devices[];

#define ATTRIBUTE(member, name_, type_) \
	.kind = BIND_ATTRIBUTE, .type = type_, .name = name_, .offset = offsetof(T, member)
#define ENUM_(member, name_, names_) ATTRIBUTE(member, name_, BIND_ENUM), .names = names_
#define CONTENT_(member, type_)	     .kind = BIND_CONTENT, .type = type_, .offset = offsetof(T, member)
#define LEAF_(member, name_, type_) \
	.kind = BIND_LEAF, .type = type_, .name = name_, .offset = offsetof(T, member)
#define CHILD_(member, name_, rows_) \
	.kind = BIND_CHILD, .name = name_, .offset = offsetof(T, member), .rows = rows_

/* clang-format off */
#define TEXT(member, name_)		{ ATTRIBUTE(member, name_, BIND_TEXT) }
#define SET(member, name_)		{ ATTRIBUTE(member, name_, BIND_SET) }
#define ENUM(member, name_, names_)	{ ENUM_(member, name_, names_) }
#define CONTENT(member, type_)		{ CONTENT_(member, type_) }
#define LEAF(member, name_, type_)	{ LEAF_(member, name_, type_) }
#define FLAG(member, name_) \
	{ .kind = BIND_FLAG, .name = name_, .offset = offsetof(T, member) }
#define CHILD(member, name_, rows_)	{ CHILD_(member, name_, rows_) }
/* The array is followed by its count: checked here. */
#define LIST(member, name_, rows_) \
	{ .kind = BIND_LIST, .name = name_, .rows = rows_, \
	  .offset = offsetof(T, member) + \
		    0 * sizeof(char[offsetof(T, n_##member) == \
				    offsetof(T, member) + sizeof(char *) ? 1 : -1]), \
	  .item_bytes = sizeof(*((T *)0)->member) }
#define END				{ .kind = BIND_END }
/* clang-format on */

#endif
