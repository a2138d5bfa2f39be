/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xtables matches and targets as iptables-save writes them, through libxtables. */
#ifndef CLI_XT_TEXT_H
#define CLI_XT_TEXT_H

#include <mfw/mfw.h>

struct xt_item {
	const struct mfw_expr_info *expr; /* a "match" or a "target" */
	const char *family;
	char *text; /* filled; owned by the caller */
};

/*
 * Fills the text of every item. An extension that is not installed, of another size, or that ends
 * the process, gives "xt match NAME rev N (M bytes)". Extensions run in a child process in the
 * namespace: they print to stdout, some look at the namespace, and their errors do not return.
 */
void xt_text_fill(struct xt_item *items, size_t n, const char *netns);

#endif
