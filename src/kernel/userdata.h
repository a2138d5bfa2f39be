/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What we keep in a rule's user data (NFTA_RULE_USERDATA, 256 bytes in all) as type-length-value
 * triples. Type 0 is nft's comment; the others are ours, numbered far from nft's and iptables',
 * which both pass over types that they do not know.
 */
#ifndef KERNEL_USERDATA_H
#define KERNEL_USERDATA_H

#include "model/rule.h"

/* NFT_USERDATA_MAXLEN of linux/netfilter/nf_tables.h */
#define USERDATA_MAX 256

struct userdata {
	char ref[MFW_NAME_MAX + 1]; /* "": not one of our rules */
	char comment[MFW_COMMENT_MAX + 1];
	enum match_kind kind;
	bool has_program;
	uint32_t prog_id;
	unsigned char hash[PROGRAM_HASH_LEN];
};

/* Writes the rule's user data to ret; its length. The longest of everything fits. */
size_t userdata_write(const struct rule *rule, unsigned char ret[USERDATA_MAX]);
/* Reads what is there and well formed; anything may come. */
void userdata_read(const void *data, size_t len, struct userdata *ret);

#endif
