/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "check.h"
#include "model/family.h"

#include <linux/netfilter.h>

static void families(void **state)
{
	static const struct {
		const char *name;
		uint8_t family;
	} all[] = {{"inet", NFPROTO_INET},
		   {"ip", NFPROTO_IPV4},
		   {"ip6", NFPROTO_IPV6},
		   {"bridge", NFPROTO_BRIDGE}};
	cleanup_err struct mfw_err *err = NULL;
	uint8_t family = 99;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		assert_int_equal(family_parse(all[i].name, &family, NULL), 0);
		assert_int_equal(family, all[i].family);
		assert_string_equal(family_name(family), all[i].name);
	}
	assert_int_equal(family_parse(NULL, &family, NULL), 0);
	assert_int_equal(family, NFPROTO_INET);
	family = 99;
	check_refused(family_parse("netdev", &family, &err), &err, "family.unsupported", "ingress");
	check_refused(family_parse("arp", &family, &err), &err, "family.unsupported", "ARP");
	check_refused(family_parse("ipv4", &family, &err), &err, "family.unknown", "'ipv4'");
	check_refused(family_parse("", &family, &err), &err, "family.unknown", NULL);
	assert_int_equal(family, 99);
	assert_null(family_name(0));
	assert_null(family_name(NFPROTO_ARP));
	assert_null(family_name(255));
}

static void hooks(void **state)
{
	static const char *const names[] = {"prerouting", "input", "forward", "output",
					    "postrouting"};
	cleanup_err struct mfw_err *err = NULL;
	uint8_t hook = 99;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		assert_int_equal(hook_parse(names[i], &hook, NULL), 0);
		assert_int_equal(hook, i);
		assert_string_equal(hook_name(hook), names[i]);
	}
	check_refused(hook_parse("ingress", &hook, &err), &err, "hook.unsupported", "prerouting");
	check_refused(hook_parse("egress", &hook, &err), &err, "hook.unsupported", "egress");
	check_refused(hook_parse("FORWARD", &hook, &err), &err, "hook.unknown", "'FORWARD'");
	assert_null(hook_name(5));
	assert_null(hook_name(255));
}

static void iptables_tables(void **state)
{
	(void)state;
	assert_true(family_iptables_table(NFPROTO_IPV4, "filter"));
	assert_true(family_iptables_table(NFPROTO_IPV6, "mangle"));
	assert_true(family_iptables_table(NFPROTO_IPV4, "security"));
	assert_true(family_iptables_table(NFPROTO_BRIDGE, "broute"));
	assert_false(family_iptables_table(NFPROTO_BRIDGE, "mangle"));
	assert_false(family_iptables_table(NFPROTO_INET, "filter"));
	assert_false(family_iptables_table(NFPROTO_IPV4, "mfw"));
	assert_false(family_iptables_table(NFPROTO_IPV4, "FILTER"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(families),
		cmocka_unit_test(hooks),
		cmocka_unit_test(iptables_tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
