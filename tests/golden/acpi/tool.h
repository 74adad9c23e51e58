/* SPDX-License-Identifier: Apache-2.0 */
/* Files and the programs of acpica-tools, for the tests of ACPI tables. Errors go to stderr. */
#ifndef TERRACE_TESTS_ACPI_TOOL_H
#define TERRACE_TESTS_ACPI_TOOL_H

#include <stddef.h>

/* printf into a new string; the caller frees it. */
char *text_format(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Whole file, terminated; the caller frees it. NULL when it cannot be read. */
char *file_read(const char *path);
/* 0 or -1. */
int file_write(const char *path, const void *bytes, size_t n);

/*
 * Runs a program, its input from a file (NULL: none) and its output and errors into a file.
 * Returns its exit status, or -1 when it could not be started or died of a signal.
 */
int tool_run(const char *const argv[], const char *input, const char *output);

#endif
