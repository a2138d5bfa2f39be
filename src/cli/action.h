/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An action that was typed as several words, put together as the library reads it. */
#ifndef CLI_ACTION_H
#define CLI_ACTION_H

#include <stddef.h>

/*
 * Joins the words with one blank. A log prefix that needs quotes, because the shell has taken them
 * away, gets them back. Returns NULL without memory; free() it.
 */
char *action_join(const char *const *words, size_t n);
/* The word, and *ret_offset in it, that byte `offset` of the joined text came from. */
size_t action_locate(const char *const *words, size_t n, size_t offset, size_t *ret_offset);

#endif
