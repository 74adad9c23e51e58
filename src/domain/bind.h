/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables that tie elements and attributes to members of structs: read, printed, released and
 * described (RelaxNG) from the same rows, so that none of the four can forget one.
 *
 * A row is one attribute, one text content or one child element of the element that its table
 * describes. Rows say form only; rules between elements are in check_*.c.
 * Numbers and sets are struct domain_number and struct domain_set, enums an int with 0 for absent,
 * texts a char * with NULL for absent, lists a pointer followed by a size_t, children a struct that
 * begins with a bool that says whether the element is there.
 *
 * Threads: tables are const; the functions are as pure as their arguments.
 */
#ifndef TERRACE_DOMAIN_BIND_H
#define TERRACE_DOMAIN_BIND_H

#include "base/strbuf.h"
#include "domain/scalar.h"
#include "domain/xml.h"
#include "spec/domain.h"

#define BIND_LIST_MAX 4096u /* elements of one name in one element */

enum bind_kind {
	BIND_END,
	BIND_ATTRIBUTE,
	BIND_CONTENT, /* the text of the element itself */
	BIND_LEAF,    /* a child that has only text: <title>text</title> */
	BIND_FLAG,    /* an empty child that is there or not: a bool */
	BIND_CHILD,   /* a child with a table of its own, at most one */
	BIND_LIST,    /* the same, any number */
	BIND_RAW,     /* a child that is kept as text: a char * */
};

enum bind_type {
	BIND_TEXT,
	BIND_NUMBER,	  /* decimal, 0 to limit */
	BIND_SIGNED,	  /* decimal with sign */
	BIND_NUMBER_TEXT, /* decimal or 0x, kept as written */
	BIND_SIZE,	  /* libvirt's scaled integer with "unit" beside it; rounded up to KiB */
	BIND_BYTES,	  /* the same, not rounded, printed in bytes */
	BIND_SET,	  /* "1-4,^3" */
	BIND_ENUM,
};

struct bind_row {
	enum bind_kind kind;
	enum bind_type type;
	const char *name; /* of attribute or child; NULL for content */
	size_t offset;
	size_t item_bytes;	     /* list: of one element */
	const char *const *names;    /* enum: name of value 1, 2, ...; NULL ends */
	const struct bind_row *rows; /* child and list */
	int unsaid;		     /* enum: a value that need not be printed */
	int64_t limit;		     /* number: largest value; 0: 2^63 - 1 */
	bool required;		     /* attribute, content, leaf */
	const char *refuse; /* what to say before the quoted value, or NULL: libvirt's usual text */
	const char *missing; /* what to say of a required one, or NULL: libvirt's usual text */
	const char *twice;   /* what to say of a second one */
	const char *doc;     /* for the schema: what is not libvirt's */
};

/* The whole language: rows of <domain>. */
extern const struct bind_row domain_rows[];

/* Where what is not understood goes in a lax reading; NULL: it is an error. */
struct bind_reader {
	const struct xml_source *source;
	struct domain_spec *lax; /* its kept and warnings */
};

/* Fills the struct at base, which is all zeros. Release it after a failure too. -EINVAL, -ENOMEM. */
int bind_read(const struct bind_reader *reader, const xmlNode *node, const struct bind_row *rows,
	      void *base, struct err *err) __attribute__((warn_unused_result));

/* Prints the element as libvirt does: two blanks per level, 'single quotes'. */
void bind_print(struct strbuf *out, const char *name, const struct bind_row *rows, const void *base,
		const struct domain_spec *domain);

/* Releases strings and lists of the struct, not the struct. */
void bind_release(const struct bind_row *rows, void *base);

/* Prints a RelaxNG schema of an element of that name. */
void bind_schema(struct strbuf *out, const char *name, const struct bind_row *rows);

#endif
