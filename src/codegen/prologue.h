/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The beginning of a program: fills struct mfw_pkt in its stack.
 *
 * Most packets are plain: no options, extension headers or fragments, nothing cut off. For these
 * the few members that the questions look at are filled right here, from one load of the headers;
 * all others go through mfw_parse(), and so do all packets where a matcher may look at anything.
 */
#ifndef CODEGEN_PROLOGUE_H
#define CODEGEN_PROLOGUE_H

#include "codegen/ask.h"

/*
 * families: KNOWN_IP4, KNOWN_IP6, or both: of which packets may the answer be yes; for those of the
 * other one it may jump to `no`. r1 is the skb, as it is where programs begin.
 */
void prologue(struct asker *a, const struct expr *expr, unsigned families, uint32_t no);

#endif
