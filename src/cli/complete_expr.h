/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What can stand where an expression ends that is being typed. */
#ifndef CLI_COMPLETE_EXPR_H
#define CLI_COMPLETE_EXPR_H

#include <mfw/mfw.h>

/*
 * Offers the text with its last word completed: matchers and their fields, inside of a matcher's
 * parentheses its parameters, behind '=' what a parameter may be.
 */
void complete_expr(const char *text, const struct mfw_matchers *matchers,
		   void (*offer)(const char *word, void *arg), void *arg);

#endif
