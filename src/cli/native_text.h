/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nftables' own expressions as nft would write them, as far as they are of the common kinds; the
 * others as libnftnl writes them, in brackets. For rules that nft itself cannot print whole.
 */
#ifndef CLI_NATIVE_TEXT_H
#define CLI_NATIVE_TEXT_H

#include <mfw/mfw.h>

/*
 * The text of a whole rule. xt_texts[i] stands in for the rule's i-th "match" or "target".
 * hint: nft's text of the rule, which may say less, or NULL. NULL without memory; free() it.
 */
char *native_text(const struct mfw_rule *rule, const char *family, const char *hint,
		  const char *const *xt_texts);

#endif
