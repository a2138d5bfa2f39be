/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_COMPLETE_H
#define CLI_COMPLETE_H

#include <stddef.h>

/*
 * Prints what the last of `words` may become, one candidate a line; the other words are those
 * before it. Never prints an error. Returns the exit status.
 */
int complete(const char *const *words, size_t n);

#endif
