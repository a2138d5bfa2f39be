/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Splits a line of a command file into words as a shell does: blanks separate; '...' is literal;
 * in "..." a backslash escapes " \ $ ` and the end of line; elsewhere it escapes any character; a
 * backslash at the end of a line continues it; # at the start of a word begins a comment. Nothing
 * is expanded.
 */
#ifndef CLI_WORDS_H
#define CLI_WORDS_H

#include "cli/fault.h"

/* {} is empty; the same value serves one line after the other, then words_clear(). */
struct words {
	const char **argv;
	size_t n;

	char *text; /* what argv points into */
	size_t len;
	size_t text_capacity;
	size_t *starts;
	size_t capacity;

	/* After words_split() failed: the offset in raw of what is wrong. */
	size_t bad;
	/* For words_locate(). */
	size_t want_word;
	size_t want_offset;
	size_t found;
};

/*
 * Splits the logical line that raw begins with. *ret_used, set always, is how much of raw it took,
 * its newline included.
 */
int words_split(struct words *words, const char *raw, size_t len, size_t *ret_used,
		struct fault *fault);
/* Where in raw the byte `offset` of word number `word` stands. */
size_t words_locate(const char *raw, size_t len, size_t word, size_t offset);
void words_clear(struct words *words);

#endif
