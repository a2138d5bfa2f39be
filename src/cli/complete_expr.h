/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What can stand where an expression ends that is being typed. */
#ifndef CLI_COMPLETE_EXPR_H
#define CLI_COMPLETE_EXPR_H

#include <mfw/mfw.h>

/* What can be named. NULL: nothing is known of it. */
struct known_words {
	const struct mfw_matchers *matchers;
	const struct mfw_lists *own, *shared;
};

/*
 * Offers the text with its last word completed: fields, functions, matchers and their fields;
 * inside of a matcher's parentheses its parameters, behind '=' what a parameter may be; behind '$'
 * lists.
 */
void complete_expr(const char *text, const struct known_words *known,
		   void (*offer)(const char *word, void *arg), void *arg);

#endif
