/* SPDX-License-Identifier: Apache-2.0 */
/* Covers base/log.h: levels, the sink, the layout of lines with and without timestamp. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"
#include "base/strbuf.h"

static void capture(void *context, const struct log_record *record)
{
	strbuf_addf(context, "%d %s %s|", record->level, record->component, record->message);
}

static void nothing_happens_without_a_sink(void **state)
{
	(void)state;
	log_set_sink(NULL, NULL);
	assert_false(log_wants(LOG_ERROR));
	log_error("kvm", "nobody reads %s", "this");
}

static void levels_above_the_limit_are_dropped(void **state)
{
	AUTO_STRBUF text = STRBUF_INIT;

	(void)state;
	log_set_sink(capture, &text);
	log_set_level(LOG_WARNING);
	log_error("kvm", "one %d", 1);
	log_warning("numa", "two");
	log_info("numa", "three");
	log_debug("numa", "four");
	log_set_level(LOG_DEBUG);
	log_debug("numa", "five");
	log_set_sink(NULL, NULL);
	log_set_level(LOG_INFO);
	assert_string_equal(text.text, "0 kvm one 1|1 numa two|3 numa five|");
}

static void control_characters_do_not_pass(void **state)
{
	AUTO_STRBUF text = STRBUF_INIT;

	(void)state;
	log_set_sink(capture, &text);
	log_error("serial", "a\n\033[2Jb");
	log_set_sink(NULL, NULL);
	assert_string_equal(text.text, "0 serial a??[2Jb|");
}

static void lines_look_like_qemus(void **state)
{
	struct log_fd to = { .program = "terrace-vmm" };
	struct log_record record = { LOG_WARNING, "numa", "odd", { 1700000000, 123456789 } };
	char line[128];

	(void)state;
	assert_int_equal(log_format(&to, &record, line, sizeof(line)), 32);
	assert_string_equal(line, "terrace-vmm: warning: numa: odd\n");
	record.level = LOG_ERROR;
	record.component = "";
	log_format(&to, &record, line, sizeof(line));
	assert_string_equal(line, "terrace-vmm: odd\n");
	to.timestamp = true;
	to.guest_name = "vm1";
	log_format(&to, &record, line, sizeof(line));
	assert_string_equal(line, "2023-11-14T22:13:20.123456Z vm1 terrace-vmm: odd\n");
}

static void cut_lines_keep_their_end(void **state)
{
	struct log_fd to = { .program = "p" };
	struct log_record record = { LOG_ERROR, "", "0123456789", { 0 } };
	char line[8];

	(void)state;
	assert_int_equal(log_format(&to, &record, line, sizeof(line)), 7);
	assert_string_equal(line, "p: 012\n");
}

static void fd_sink_writes_one_line(void **state)
{
	struct log_fd to = { .program = "p" };
	char line[64] = "";
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	to.fd = fds[1];
	log_set_sink(log_sink_fd, &to);
	log_info("kvm", "ready");
	log_set_sink(NULL, NULL);
	assert_int_equal(read(fds[0], line, sizeof(line) - 1), 20);
	assert_string_equal(line, "p: info: kvm: ready\n");
	close(fds[0]);
	close(fds[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_happens_without_a_sink),
		cmocka_unit_test(levels_above_the_limit_are_dropped),
		cmocka_unit_test(control_characters_do_not_pass),
		cmocka_unit_test(lines_look_like_qemus),
		cmocka_unit_test(cut_lines_keep_their_end),
		cmocka_unit_test(fd_sink_writes_one_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
