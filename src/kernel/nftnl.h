/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Owning locals of libnftnl's objects, whose own destructors do not take NULL. */
#ifndef KERNEL_NFTNL_H
#define KERNEL_NFTNL_H

#include <libnftnl/chain.h>
#include <libnftnl/rule.h>
#include <libnftnl/table.h>

#include "base/cleanup.h"

static inline void nftnl_rule_p(struct nftnl_rule **rule)
{
	if (*rule)
		nftnl_rule_free(*rule);
}

static inline void nftnl_chain_p(struct nftnl_chain **chain)
{
	if (*chain)
		nftnl_chain_free(*chain);
}

static inline void nftnl_table_p(struct nftnl_table **table)
{
	if (*table)
		nftnl_table_free(*table);
}

#endif
