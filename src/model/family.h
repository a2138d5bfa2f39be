/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nftables' families and hooks by name, as far as an xt match works there. */
#ifndef MODEL_FAMILY_H
#define MODEL_FAMILY_H

#include <stdint.h>

#include "base/err.h"

/*
 * "inet" (also NULL), "ip", "ip6", "bridge" to NFPROTO_*.
 * Errors: family.unsupported (nft knows it, xt matches do not work there), family.unknown.
 */
int family_parse(const char *name, uint8_t *ret, struct mfw_err **err);
const char *family_name(uint8_t family);
/* "prerouting", ... to the hook's number. Errors: hook.unsupported, hook.unknown. */
int hook_parse(const char *name, uint8_t *ret, struct mfw_err **err);
/* NULL for a number that is none of these. */
const char *hook_name(uint8_t hooknum);
/* Whether iptables-nft (or ebtables-nft) takes a table of that name for its own. */
bool family_iptables_table(uint8_t family, const char *table);

#endif
