/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A chain's priority as nft writes it: -10, filter, "filter - 10", mangle+5. */
#ifndef CLI_PRIORITY_H
#define CLI_PRIORITY_H

#include "cli/fault.h"

/* family NULL is inet. The bridge family has names of its own. */
int priority_parse(const char *text, const char *family, int32_t *ret, struct fault *fault);

#endif
