/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Property tables: what may stand between the commas of an option.
 *
 * A table row says name, type, place in a C object, limits and help of one property. Reading,
 * printing back and help come from the same row. Internal to src/cmdline.
 *
 * Threads: pure functions; tables are const.
 */
#ifndef TERRACE_CMDLINE_PROP_H
#define TERRACE_CMDLINE_PROP_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/keyval.h"
#include "base/strbuf.h"

enum cmdline_prop_type {
	PROP_BOOL,   /* bool: on|off, and QEMU's yes/no/true/false/y/n */
	PROP_ONOFF,  /* enum spec_onoffauto: as PROP_BOOL, not given is auto */
	PROP_UINT,   /* unsigned integer of the field's width, min .. max (max 0: what fits) */
	PROP_SIZE,   /* uint64_t, bytes with suffix */
	PROP_STRING, /* char *, owned by the object */
	PROP_ENUM,   /* index into names, of the field's width */
	PROP_IDSET,  /* struct idset; repeatable, ranges */
	PROP_FIXED,  /* not stored: only the values in names are accepted */
	PROP_ANY,    /* not stored: every value is accepted */
};

enum {
	PROP_REQUIRED = 1 << 0,
	PROP_ALWAYS = 1 << 1,  /* print also when it has the default value */
	PROP_MIB = 1 << 2,     /* a size without suffix is in MiB (legacy of -m and mem=) */
	PROP_NONZERO = 1 << 3, /* 0 is refused */
};

struct cmdline_prop {
	const char *name;
	enum cmdline_prop_type type;
	size_t offset; /* of the field in the object */
	size_t width;  /* of the field */
	uint64_t min, max;
	const char *const *names; /* NULL-terminated */
	unsigned int flags;
	const char *help;
};

#define PROP_FIELD(object, member) \
	.offset = offsetof(struct object, member), .width = sizeof(((struct object *)NULL)->member)

/* One table: an option's properties, or those of one type of an option (-object TYPE). */
struct cmdline_props {
	const char *name;
	const char *help;
	const char *implied; /* key of a first word; NULL: none */
	/* Text around an unknown name; NULL: "Invalid parameter 'x'". */
	const char *unknown_before, *unknown_after;
	const char *number_prefix; /* "smp.": QEMU's spelling in errors about numbers, or NULL */
	const struct cmdline_prop *rows;
	size_t n_rows;
};

/*
 * Writes every pair of list into object. Strings that are replaced are freed. On failure the object
 * is partly written but still consistent. -EINVAL (text without subject), -ENOMEM.
 */
int cmdline_props_read(const struct cmdline_props *props, const struct keyval *list, void *object,
		       struct err *err) __attribute__((warn_unused_result));

/*
 * Appends the properties in which object differs from defaults, in the table's order. Where text is
 * empty, the implied key is left out.
 */
void cmdline_props_print(const struct cmdline_props *props, const void *object,
			 const void *defaults, struct strbuf *text);

/* Appends one line per property: "  name=<values>  help". */
void cmdline_props_help(const struct cmdline_props *props, struct strbuf *text);

/* Frees the strings in object. */
void cmdline_props_fini(const struct cmdline_props *props, void *object);

/* on, yes, true, y / off, no, false, n. -EINVAL for anything else. */
int cmdline_bool_parse(const char *text, bool *ret_value);

#endif
