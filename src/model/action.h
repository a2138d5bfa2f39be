/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a rule does with a packet that matches:
 *
 *	[log [prefix STR] [group N]] [limit rate [over] N/UNIT [burst N]] VERDICT
 *
 * VERDICT: accept, drop, continue, return, jump CHAIN, goto CHAIN, and
 * reject [with tcp reset | with icmp TYPE | with icmpv6 TYPE | with icmpx TYPE].
 */
#ifndef MODEL_ACTION_H
#define MODEL_ACTION_H

#include "base/buf.h"
#include "base/err.h"

/* NF_LOG_PREFIXLEN of linux/netfilter/nf_log.h, without the NUL */
#define ACTION_PREFIX_MAX 127

enum verdict {
	VERDICT_ACCEPT,
	VERDICT_DROP,
	VERDICT_CONTINUE,
	VERDICT_RETURN,
	VERDICT_JUMP,
	VERDICT_GOTO,
	VERDICT_REJECT,
};

enum reject_with {
	REJECT_DEFAULT, /* port unreachable, of the packet's family */
	REJECT_TCP_RESET,
	REJECT_ICMP,
	REJECT_ICMPV6,
	REJECT_ICMPX,
};

struct action {
	bool log;
	char log_prefix[ACTION_PREFIX_MAX + 1];
	bool log_has_group; /* else to the kernel's own log */
	uint16_t log_group;

	bool limit;
	bool limit_over;
	uint64_t limit_rate;
	uint32_t limit_unit;  /* seconds: 1, 60 or 3 600 */
	uint32_t limit_burst; /* packets */

	enum verdict verdict;
	char chain[MFW_NAME_MAX + 1]; /* jump, goto */
	enum reject_with reject_with;
	uint8_t reject_code; /* of the ICMP message; with icmpx: NFT_REJECT_ICMPX_* */
};

/* nft's default (src/parser_bison.y), in packets */
#define ACTION_LIMIT_BURST 5

/* Errors, with the place in text: action.syntax, action.value, name.bad. */
int action_parse(const char *text, struct action *ret, struct mfw_err **err);
/* The canonical text; action_parse() of it gives the same action. 0 or -ENOMEM. */
int action_print(const struct action *action, struct buf *out);
/* A warning about an action that is possible and seldom meant, or NULL. */
const char *action_warning(const struct action *action);

#endif
