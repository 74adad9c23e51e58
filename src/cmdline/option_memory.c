/* SPDX-License-Identifier: Apache-2.0 */
/* -m, -object, -overcommit. See option.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "cmdline/option.h"
#include "spec/build.h"

/* ------------------------------------------------------------------ -m */

static const struct cmdline_prop m_rows[] = {
	{ "size", PROP_SIZE, PROP_FIELD(vm_spec, ram_bytes), .flags = PROP_MIB,
	  .help = "RAM at start; a plain number is MiB (default 128)" },
	{ "slots", PROP_UINT, PROP_FIELD(vm_spec, memory_slots),
	  .help = "slots for DIMMs, at most 256" },
	{ "maxmem", PROP_SIZE, PROP_FIELD(vm_spec, maxmem_bytes),
	  .help = "RAM and memory devices that there may ever be" },
};
static const struct cmdline_props m = {
	.name = "m",
	.implied = "size",
	.rows = m_rows,
	.n_rows = ARRAY_SIZE(m_rows),
};
const struct cmdline_props *const cmdline_m_props[] = { &m, NULL };

int cmdline_read_m(struct cmdline_parser *parser, const struct cmdline_option *option,
		   const char *arg, struct err *err)
{
	const struct cmdline_props *props;
	AUTO_KEYVAL(list);
	int ret = cmdline_option_list(option, arg, &props, &list, err);

	if (ret == 0)
		ret = cmdline_props_read(props, &list, parser->spec, err);
	if (ret < 0)
		return ret;
	if (keyval_has(&list, "size") && !parser->spec->ram_bytes)
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "a machine needs memory: give a size, like -m 512 or -m 2G");
	return 0;
}

int cmdline_print_m(const struct vm_spec *spec, const struct cmdline_option *option,
		    struct cmdline_argv *argv)
{
	static const struct vm_spec none;
	AUTO_STRBUF text = STRBUF_INIT;

	cmdline_props_print(&m, spec, &none, &text);
	return text.length ? cmdline_argv_add_text(argv, option->name, &text) : 0;
}

/* ------------------------------------------------------------------ -object */

static const char *const policies[] = { "default",    "preferred",	     "bind",
					"interleave", "weighted-interleave", NULL };

/* clang-format off */
#define BACKEND_ROWS                                                                               \
	{ "id", PROP_STRING, PROP_FIELD(spec_backend, id), .flags = PROP_REQUIRED,                 \
	  .help = "name of the backend" },                                                         \
	{ "size", PROP_SIZE, PROP_FIELD(spec_backend, size_bytes), .flags = PROP_REQUIRED,         \
	  .help = "bytes of memory" },                                                             \
	{ "host-nodes", PROP_IDSET, PROP_FIELD(spec_backend, host_nodes),                          \
	  .help = "host nodes that the policy names" },                                            \
	{ "policy", PROP_ENUM, PROP_FIELD(spec_backend, policy), .names = policies,                \
	  .help = "the kernel's memory policy" },                                                  \
	{ "numa-balancing", PROP_BOOL, PROP_FIELD(spec_backend, numa_balancing),                   \
	  .help = "let the kernel promote pages within host-nodes (bind, preferred)" },            \
	{ "merge", PROP_ONOFF, PROP_FIELD(spec_backend, merge),                                    \
	  .help = "let the host merge equal pages (default: machine mem-merge)" },                 \
	{ "dump", PROP_ONOFF, PROP_FIELD(spec_backend, dump),                                      \
	  .help = "in core dumps (default: machine dump-guest-core)" },                            \
	{ "share", PROP_ONOFF, PROP_FIELD(spec_backend, share),                                    \
	  .help = "shared mapping (default off; on for memfd)" },                                  \
	{ "prealloc", PROP_BOOL, PROP_FIELD(spec_backend, prealloc),                               \
	  .help = "populate before the guest starts" },                                            \
	{ "prealloc-threads", PROP_UINT, PROP_FIELD(spec_backend, prealloc_threads),               \
	  .flags = PROP_NONZERO, .help = "threads that populate (default: -smp cpus)" },           \
	{ "prealloc-context", PROP_STRING, PROP_FIELD(spec_backend, prealloc_context),             \
	  .help = "thread-context in which they run" },                                            \
	{ "reserve", PROP_BOOL, PROP_FIELD(spec_backend, reserve),                                 \
	  .help = "reserve swap or huge pages (default on)" }
/* clang-format on */

static const struct cmdline_prop ram_rows[] = { BACKEND_ROWS };

static const struct cmdline_prop memfd_rows[] = {
	BACKEND_ROWS,
	{ "hugetlb", PROP_BOOL, PROP_FIELD(spec_backend, hugetlb), .help = "use huge pages" },
	{ "hugetlbsize", PROP_SIZE, PROP_FIELD(spec_backend, hugetlbsize_bytes),
	  .flags = PROP_NONZERO, .help = "size of a huge page (default: the host's)" },
	{ "seal", PROP_BOOL, PROP_FIELD(spec_backend, seal),
	  .help = "seal against resizing (default on)" },
};

static const struct cmdline_prop file_rows[] = {
	BACKEND_ROWS,
	{ "mem-path", PROP_STRING, PROP_FIELD(spec_backend, mem_path), .flags = PROP_REQUIRED,
	  .help = "file, or directory for a temporary one" },
	{ "align", PROP_SIZE, PROP_FIELD(spec_backend, align_bytes),
	  .help = "alignment of the mapping" },
	{ "offset", PROP_SIZE, PROP_FIELD(spec_backend, offset_bytes),
	  .help = "where in the file memory starts" },
	{ "discard-data", PROP_BOOL, PROP_FIELD(spec_backend, discard_data),
	  .help = "drop the contents at exit instead of writing them back" },
	{ "readonly", PROP_BOOL, PROP_FIELD(spec_backend, readonly),
	  .help = "open for reading only; not for guest RAM" },
};

static const struct cmdline_prop thread_context_rows[] = {
	{ "id", PROP_STRING, PROP_FIELD(spec_thread_context, id), .flags = PROP_REQUIRED,
	  .help = "name of the context" },
	{ "cpu-affinity", PROP_IDSET, PROP_FIELD(spec_thread_context, cpu_affinity),
	  .help = "host CPUs" },
	{ "node-affinity", PROP_IDSET, PROP_FIELD(spec_thread_context, node_affinity),
	  .help = "host nodes whose CPUs to use" },
};

static const struct cmdline_props backend_props[SPEC_BACKEND_TYPE_COUNT] = {
	[SPEC_BACKEND_RAM] = { .name = "memory-backend-ram",
			       .help = "anonymous memory",
			       .rows = ram_rows,
			       .n_rows = ARRAY_SIZE(ram_rows) },
	[SPEC_BACKEND_MEMFD] = { .name = "memory-backend-memfd",
				 .help = "anonymous memory with a file descriptor",
				 .rows = memfd_rows,
				 .n_rows = ARRAY_SIZE(memfd_rows) },
	[SPEC_BACKEND_FILE] = { .name = "memory-backend-file",
				.help = "memory in a file (hugetlbfs, tmpfs, DAX)",
				.rows = file_rows,
				.n_rows = ARRAY_SIZE(file_rows) },
};
static const struct cmdline_props thread_context_props = {
	.name = "thread-context",
	.help = "where threads that populate memory run",
	.rows = thread_context_rows,
	.n_rows = ARRAY_SIZE(thread_context_rows),
};
const struct cmdline_props *const cmdline_object_props[] = {
	&backend_props[SPEC_BACKEND_RAM],
	&backend_props[SPEC_BACKEND_MEMFD],
	&backend_props[SPEC_BACKEND_FILE],
	&thread_context_props,
	NULL,
};

static int read_backend(struct vm_spec *spec, const struct cmdline_props *props,
			const struct keyval *list, struct err *err)
{
	enum spec_backend_type type = (enum spec_backend_type)(props - backend_props);
	struct spec_backend backend = spec_backend_default(type);
	int ret = cmdline_props_read(props, list, &backend, err);

	if (ret == 0)
		ret = spec_backend_add(spec, &backend, err);
	spec_backend_fini(&backend);
	return ret;
}

static int read_thread_context(struct vm_spec *spec, const struct keyval *list, struct err *err)
{
	struct spec_thread_context context = { 0 };
	int ret = cmdline_props_read(&thread_context_props, list, &context, err);

	if (ret == 0)
		ret = spec_thread_context_add(spec, &context, err);
	spec_thread_context_fini(&context);
	return ret;
}

int cmdline_read_object(struct cmdline_parser *parser, const struct cmdline_option *option,
			const char *arg, struct err *err)
{
	const struct cmdline_props *props;
	AUTO_KEYVAL(list);
	int ret = cmdline_option_list(option, arg, &props, &list, err);

	if (ret < 0)
		return ret;
	if (props == &thread_context_props)
		return read_thread_context(parser->spec, &list, err);
	return read_backend(parser->spec, props, &list, err);
}

/* Appends "-object TYPE,..."; the type stands first, as an implied value. */
static int print_object(const struct cmdline_option *option, const struct cmdline_props *props,
			const void *object, const void *defaults, struct cmdline_argv *argv)
{
	AUTO_STRBUF text = STRBUF_INIT;

	strbuf_add_text(&text, props->name);
	cmdline_props_print(props, object, defaults, &text);
	return cmdline_argv_add_text(argv, option->name, &text);
}

int cmdline_print_object(const struct vm_spec *spec, const struct cmdline_option *option,
			 struct cmdline_argv *argv)
{
	static const struct spec_thread_context no_context;
	int ret = 0;

	for (size_t i = 0; i < spec->n_thread_contexts && ret == 0; i++)
		ret = print_object(option, &thread_context_props, &spec->thread_contexts[i],
				   &no_context, argv);
	for (size_t i = 0; i < spec->n_backends && ret == 0; i++) {
		const struct spec_backend *backend = &spec->backends[i];
		struct spec_backend defaults = spec_backend_default(backend->type);

		if (!backend->implicit)
			ret = print_object(option, &backend_props[backend->type], backend,
					   &defaults, argv);
	}
	return ret;
}

/* ------------------------------------------------------------------ -overcommit */

static const char *const mem_locks[] = {
	[SPEC_MEM_LOCK_OFF] = "off",
	[SPEC_MEM_LOCK_ON] = "on",
	[SPEC_MEM_LOCK_ON_FAULT] = "on-fault",
	NULL,
};
static const char *const off_only[] = { "off", NULL };

static const struct cmdline_prop overcommit_rows[] = {
	{ "mem-lock", PROP_ENUM, PROP_FIELD(vm_spec, mem_lock), .names = mem_locks,
	  .help = "lock guest memory: at once, or when it is touched (default off)" },
	{ "cpu-pm", PROP_FIXED, .names = off_only, .help = "idle states stay with the host" },
};
static const struct cmdline_props overcommit = {
	.name = "overcommit",
	.rows = overcommit_rows,
	.n_rows = ARRAY_SIZE(overcommit_rows),
};
const struct cmdline_props *const cmdline_overcommit_props[] = { &overcommit, NULL };

int cmdline_read_overcommit(struct cmdline_parser *parser, const struct cmdline_option *option,
			    const char *arg, struct err *err)
{
	const struct cmdline_props *props;
	AUTO_KEYVAL(list);
	int ret = cmdline_option_list(option, arg, &props, &list, err);

	return ret < 0 ? ret : cmdline_props_read(props, &list, parser->spec, err);
}

int cmdline_print_overcommit(const struct vm_spec *spec, const struct cmdline_option *option,
			     struct cmdline_argv *argv)
{
	static const struct vm_spec none;
	AUTO_STRBUF text = STRBUF_INIT;

	cmdline_props_print(&overcommit, spec, &none, &text);
	return text.length ? cmdline_argv_add_text(argv, option->name, &text) : 0;
}
