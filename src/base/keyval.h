/* SPDX-License-Identifier: Apache-2.0 */
/*
 * QEMU's key=value lists: "memory-backend-ram,id=m0,size=1G,host-nodes=0,host-nodes=2".
 *
 * Grammar (QEMU manual, "Invocation"; util/qemu-option behaviour):
 *	list  = item *( "," item )
 *	item  = key "=" value | word
 * A comma inside a value is written twice. The first item may be a word: it is then the value of
 * the implied key. Any other word is kept as a pair without value: the reader of the property
 * decides whether "server" means "server=on" and "nowait" means "wait=off".
 * Keys may repeat: for a list each adds a value, else the last one counts.
 *
 * Threads: a value of its owner; no shared state.
 */
#ifndef TERRACE_BASE_KEYVAL_H
#define TERRACE_BASE_KEYVAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/strbuf.h"

struct keyval_pair {
	char *key;
	char *value; /* NULL: a word without '=' */
};

struct keyval {
	struct keyval_pair *pairs; /* in the order of the text */
	size_t n_pairs;
};

#define KEYVAL_INIT ((struct keyval){ 0 })
#define KEYVAL_MAX  1024u /* pairs in one list */

/*
 * Reads text into *ret_list (to be released with keyval_fini). implied_key may be NULL: then a
 * first word is kept as one. Empty text is an empty list; an empty item ("a=1,,b=2" is not one:
 * the comma is doubled) is refused.
 * -EINVAL: an item without a key. -E2BIG: more than KEYVAL_MAX items. -ENOMEM.
 */
int keyval_parse(const char *text, const char *implied_key, struct keyval *ret_list,
		 struct err *err) __attribute__((warn_unused_result));

/*
 * Reads a JSON object ("{...}") into the same form: true and false become on and off, an array
 * repeats its key, numbers keep their digits. -EINVAL: not an object of such values (err's subject
 * says where the text is not JSON). -E2BIG, -ENOMEM.
 */
int keyval_parse_json(const char *text, struct keyval *ret_list, struct err *err)
	__attribute__((warn_unused_result));

/* Appends a copy of key and value (NULL: a word). -E2BIG, -ENOMEM. */
int keyval_add(struct keyval *list, const char *key, const char *value, struct err *err)
	__attribute__((warn_unused_result));

/* Value of the last pair with this key; NULL when there is none or it is a word. */
const char *keyval_get(const struct keyval *list, const char *key);
/* Is there a pair or word with this key? */
bool keyval_has(const struct keyval *list, const char *key);
/* Removes every pair with this key. */
void keyval_remove(struct keyval *list, const char *key);

/* Appends ",key=value" to text (without the comma when text is empty), doubling commas in value. */
void keyval_print(struct strbuf *text, const char *key, const char *value);
/* Appends value with its commas doubled. */
void keyval_print_value(struct strbuf *text, const char *value);

void keyval_fini(struct keyval *list);

#define AUTO_KEYVAL(name) __attribute__((cleanup(keyval_fini))) struct keyval name = KEYVAL_INIT

#endif
