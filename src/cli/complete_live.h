/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_COMPLETE_LIVE_H
#define CLI_COMPLETE_LIVE_H

#include "cli/command.h"

/* Offers the words of this kind that exist now. Without privilege there are none. */
void complete_live(enum wordlist kind, const struct config *config, const char *prefix,
		   void (*offer)(const char *word, void *arg), void *arg);

#endif
