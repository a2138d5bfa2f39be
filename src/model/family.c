/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/family.h"

#include <errno.h>
#include <linux/netfilter.h>
#include <string.h>

static const struct {
	const char *name;
	uint8_t family;
	const char *why; /* not possible, because */
} families[] = {
	{"inet", NFPROTO_INET, NULL},
	{"ip", NFPROTO_IPV4, NULL},
	{"ip6", NFPROTO_IPV6, NULL},
	{"bridge", NFPROTO_BRIDGE, NULL},
	{"netdev", 0, "the kernel takes no xt match at a device's ingress or egress"},
	{"arp", 0, "the kernel takes no xt bpf match for ARP"},
};

int family_parse(const char *name, uint8_t *ret, struct mfw_err **err)
{
	for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
		if (strcmp(families[i].name, name ? name : "inet"))
			continue;
		if (families[i].why)
			return err_make(err, EOPNOTSUPP, "family.unsupported",
					"the family %s cannot be used: %s; use inet, ip, ip6 or "
					"bridge",
					name, families[i].why);
		*ret = families[i].family;
		return 0;
	}
	return err_make(err, EINVAL, "family.unknown",
			"there is no family '%s'; use inet, ip, ip6 or bridge", name);
}

const char *family_name(uint8_t family)
{
	for (size_t i = 0; i < ARRAY_SIZE(families); i++)
		if (families[i].family == family && family)
			return families[i].name;
	return NULL;
}

/* The bridge family numbers its hooks alike (linux/netfilter_bridge.h). */
static const char *const hooks[] = {
	[NF_INET_PRE_ROUTING] = "prerouting",   [NF_INET_LOCAL_IN] = "input",
	[NF_INET_FORWARD] = "forward",          [NF_INET_LOCAL_OUT] = "output",
	[NF_INET_POST_ROUTING] = "postrouting",
};

int hook_parse(const char *name, uint8_t *ret, struct mfw_err **err)
{
	for (size_t i = 0; i < ARRAY_SIZE(hooks); i++) {
		if (strcmp(hooks[i], name))
			continue;
		*ret = i;
		return 0;
	}
	if (!strcmp(name, "ingress") || !strcmp(name, "egress"))
		return err_make(err, EOPNOTSUPP, "hook.unsupported",
				"the hook %s cannot be used: the kernel takes no xt match there; "
				"the earliest hook that does is prerouting",
				name);
	return err_make(err, EINVAL, "hook.unknown",
			"there is no hook '%s'; use prerouting, input, forward, output or "
			"postrouting",
			name);
}

const char *hook_name(uint8_t hooknum)
{
	return hooknum < ARRAY_SIZE(hooks) ? hooks[hooknum] : NULL;
}

bool family_iptables_table(uint8_t family, const char *table)
{
	static const char *const ip_tables[] = {"filter", "nat", "mangle", "raw", "security"};
	static const char *const bridge_tables[] = {"filter", "nat", "broute"};
	const char *const *tables = family == NFPROTO_BRIDGE ? bridge_tables : ip_tables;
	size_t n = family == NFPROTO_BRIDGE ? ARRAY_SIZE(bridge_tables) : ARRAY_SIZE(ip_tables);

	if (family == NFPROTO_INET)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!strcmp(tables[i], table))
			return true;
	return false;
}
