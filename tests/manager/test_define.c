/* SPDX-License-Identifier: Apache-2.0 */
/* Definitions: written whole, found by id, name and UUID, refused with libvirt's texts. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "domain/domain.h"
#include "domains.h"

static void define(const char *name, struct manager_domain *ret_domain)
{
	struct domain_spec *domain = domains_make(name, NULL, NULL);
	struct err err = ERR_INIT;

	if (manager_define(domains_manager, domain, ret_domain, &err) < 0)
		fail_msg("%s", err.message);
	domain_free(domain);
}

static void undefine(struct manager_domain *domain)
{
	assert_int_equal(manager_undefine(domains_manager, domain, NULL), 0);
	manager_domain_fini(domain);
}

static void a_definition_has_a_uuid_and_is_private(void **state)
{
	struct manager_domain domain = { 0 };
	autofree char *xml = NULL;
	char path[256];
	struct stat st;

	(void)state;
	define("d", &domain);
	assert_int_equal(strlen(domain.uuid), 36);
	assert_int_equal(domain.id, -1);
	assert_true(domain.persistent);
	snprintf(path, sizeof(path), "%s/etc/d.xml", domains_dir());
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(manager_xml(domains_manager, &domain, true, &xml, NULL), 0);
	assert_non_null(strstr(xml, domain.uuid));
	assert_string_equal(domains_state("d"), "shut off unknown");
	undefine(&domain);
	assert_string_equal(domains_state("d"), "none");
}

static void it_is_found_by_name_and_uuid(void **state)
{
	struct manager_domain domain = { 0 }, found = { 0 };
	struct err err = ERR_INIT;

	(void)state;
	define("database", &domain);
	assert_int_equal(manager_find(domains_manager, domain.uuid, &found, NULL), 0);
	assert_string_equal(found.name, "database");
	manager_domain_fini(&found);
	assert_int_equal(manager_find(domains_manager, "databse", &found, &err), -ENOENT);
	assert_int_equal(err.class, ERR_NOT_FOUND);
	assert_string_equal(err.message,
			    "failed to get domain 'databse': Domain not found: no domain with "
			    "matching name 'databse'; did you mean 'database'?");
	undefine(&domain);
}

static void the_name_of_another_is_refused(void **state)
{
	struct domain_spec *other = domains_make("d", NULL, NULL);
	struct manager_domain domain = { 0 };
	struct err err = ERR_INIT;
	char text[128];

	(void)state;
	define("d", &domain);
	assert_int_equal(manager_define(domains_manager, other, NULL, &err), -EEXIST);
	snprintf(text, sizeof(text), "operation failed: domain 'd' already exists with uuid %s",
		 domain.uuid);
	assert_string_equal(err.message, text);
	domain_free(other);
	undefine(&domain);
}

static void the_uuid_of_another_is_refused(void **state)
{
	struct domain_spec *other = domains_make("other", NULL, NULL);
	struct manager_domain domain = { 0 };
	struct err err = ERR_INIT;
	char text[128];

	(void)state;
	define("d", &domain);
	other->uuid = strdup(domain.uuid);
	assert_int_equal(manager_define(domains_manager, other, NULL, &err), -EEXIST);
	snprintf(text, sizeof(text), "operation failed: domain 'd' is already defined with uuid %s",
		 domain.uuid);
	assert_string_equal(err.message, text);
	domain_free(other);
	undefine(&domain);
}

static void the_same_domain_may_be_defined_again(void **state)
{
	struct manager_domain domain = { 0 }, again = { 0 };
	struct domain_spec *changed = domains_make("d", "quiet", NULL);

	(void)state;
	define("d", &domain);
	changed->uuid = strdup(domain.uuid);
	assert_int_equal(manager_define(domains_manager, changed, &again, NULL), 0);
	assert_string_equal(again.uuid, domain.uuid);
	domain_free(changed);
	manager_domain_fini(&again);
	undefine(&domain);
}

static void the_list_has_running_ones_first(void **state)
{
	struct manager_domain a = { 0 }, b = { 0 };
	AUTO_MANAGER_LIST(list);
	char id[16];

	(void)state;
	define("b", &b);
	define("a", &a);
	domains_start("transient", NULL, NULL);
	assert_int_equal(manager_list(domains_manager, &list, NULL), 0);
	assert_int_equal(list.n, 3);
	assert_string_equal(list.domains[0].name, "transient");
	assert_true(list.domains[0].id > 0);
	assert_false(list.domains[0].persistent);
	assert_string_equal(list.domains[1].name, "a");
	assert_string_equal(list.domains[2].name, "b");
	snprintf(id, sizeof(id), "%d", list.domains[0].id);
	assert_string_equal(domains_state(id), "running booted");
	domains_call("transient", "destroy", NULL);
	undefine(&a);
	undefine(&b);
}

static void a_persistent_domain_keeps_its_reason_and_outlives_undefine(void **state)
{
	struct manager_domain domain = { 0 }, running = { 0 };
	struct domain_spec *spec = domains_make("p", NULL, NULL);
	struct err err = ERR_INIT;

	(void)state;
	if (manager_define(domains_manager, spec, &domain, &err) < 0 ||
	    manager_start(domains_manager, spec, true, 0, NULL, NULL, NULL, &err) < 0)
		fail_msg("%s", err.message);
	domains_call("p", "destroy", NULL);
	assert_string_equal(domains_state("p"), "shut off destroyed");
	if (manager_start(domains_manager, spec, true, 0, NULL, NULL, NULL, &err) < 0)
		fail_msg("%s", err.message);
	undefine(&domain);
	assert_int_equal(manager_find(domains_manager, "p", &running, NULL), 0);
	assert_false(running.persistent);
	assert_true(manager_undefine(domains_manager, &running, &err) < 0);
	assert_string_equal(err.message,
			    "Requested operation is not valid: cannot undefine transient domain");
	manager_domain_fini(&running);
	domains_call("p", "shutdown", NULL);
	domains_wait_state("p", "none");
	domain_free(spec);
}

static void a_definition_written_by_hand_is_read(void **state)
{
	struct manager_domain found = { 0 };
	char path[256];
	FILE *file;

	(void)state;
	snprintf(path, sizeof(path), "%s/etc", domains_dir());
	mkdir(path, 0700);
	strcat(path, "/hand.xml");
	file = fopen(path, "we");
	assert_non_null(file);
	fprintf(file, "<domain type='kvm'><uuid>00000000-1111-4222-8333-444444444444</uuid>"
		      "<name>hand</name><memory>1024</memory><vcpu>1</vcpu>"
		      "<os><type>hvm</type></os></domain>");
	fclose(file);
	assert_int_equal(
		manager_find(domains_manager, "00000000-1111-4222-8333-444444444444", &found, NULL),
		0);
	assert_string_equal(found.name, "hand");
	undefine(&found);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_definition_has_a_uuid_and_is_private),
		cmocka_unit_test(it_is_found_by_name_and_uuid),
		cmocka_unit_test(the_name_of_another_is_refused),
		cmocka_unit_test(the_uuid_of_another_is_refused),
		cmocka_unit_test(the_same_domain_may_be_defined_again),
		cmocka_unit_test(the_list_has_running_ones_first),
		cmocka_unit_test(a_persistent_domain_keeps_its_reason_and_outlives_undefine),
		cmocka_unit_test(a_definition_written_by_hand_is_read),
	};

	domains_main_args(argc, argv);
	return cmocka_run_group_tests(tests, domains_setup, domains_teardown);
}
