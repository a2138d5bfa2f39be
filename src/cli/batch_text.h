/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The text of a command file, and where in it an error is. */
#ifndef CLI_BATCH_TEXT_H
#define CLI_BATCH_TEXT_H

#include "cli/options.h"
#include "cli/words.h"

/* {} is empty. One logical line at a time is taken apart into words and parsed. */
struct batch_text {
	const char *name; /* of the file, for messages */
	char *data;
	size_t len;

	size_t start;  /* offset of the current logical line */
	size_t used;   /* its length */
	unsigned line; /* its number, from 1 */
	struct words words;
	struct parsed parsed;
};

/* Reads the whole file; "-" is standard input. */
int batch_text_read(struct batch_text *text, const char *file, struct fault *fault);
/*
 * Parses the logical line at `start`, which is number `line`. parsed.command is NULL when there is
 * none on it.
 */
int batch_text_parse(struct batch_text *text, size_t start, unsigned line, struct fault *fault);
/* Puts a fault about the current line where it belongs in the file. */
void batch_text_place(const struct batch_text *text, struct fault *fault);
/* How many ends of line the current logical line holds. */
unsigned batch_text_lines(const struct batch_text *text);
void batch_text_clear(struct batch_text *text);

#endif
