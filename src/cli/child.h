/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Running code that prints to stdout and may end the process: in a child, with its output read. */
#ifndef CLI_CHILD_H
#define CLI_CHILD_H

#include <stddef.h>

/* Longest time that one piece of work may take; a child restarts it with alarm() between pieces. */
#define CHILD_SECONDS 5

/*
 * Runs work(arg) in a child process whose stdout is *ret (to be freed, ended by NUL), whose stderr
 * is nowhere, and whose network namespace is netns: a name under /run/netns, a path, or NULL for
 * our own. A child that dies leaves what it had printed. 0, or a negative errno.
 */
int child_capture(void (*work)(void *arg), void *arg, const char *netns, char **ret,
		  size_t *ret_len);

#endif
