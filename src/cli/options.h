/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From words to a checked struct config, by the tables of command.h. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "cli/command.h"

/*
 * The words of a command line, taken apart: options are written into the config, the others stay
 * in order. {} is an empty one; use it again for the next line, then clear it.
 */
struct parsed {
	struct config config;
	const struct command *command; /* NULL: none was given */
	const char **positionals;
	size_t n_positionals;
	size_t capacity;
	/* After a failure: the word that is at fault; (size_t)-1 when none in particular. */
	size_t bad_word;
};

/* Parses words[0..n): options anywhere, `--` ends them. Their texts need to outlive *parsed. */
int options_parse(struct parsed *parsed, const char *const *words, size_t n, struct fault *fault);
void parsed_clear(struct parsed *parsed);

/* Finds an option by name ("--ref", or "--ref=x": the name ends at '='); NULL: there is none. */
const struct option *option_find(const char *word);
/* Whether an argument is not there with the options given. */
bool argument_is_skipped(const struct argument *argument, uint64_t given);
bool is_one_of(const char *word, const char *const *list);
/* "accept, drop": for messages. Writes to buf and returns it. */
const char *join_words(const char *const *list, char *buf, size_t size);

#endif
