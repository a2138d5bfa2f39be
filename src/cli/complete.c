/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/complete.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "cli/complete_live.h"
#include "cli/options.h"

#define VERDICTS "accept", "drop", "reject", "continue", "return", "jump", "goto"

/* What can follow a word of an action; behind jump and goto the customer's chains do. */
static const struct {
	const char *behind, *words[12];
} action_words[] = {
	{"log", {"prefix", "group", "limit", VERDICTS}},
	{"limit", {"rate"}},
	{"rate", {"over"}},
	{"over", {NULL}},
	{"burst", {NULL}},
	{"prefix", {NULL}},
	{"group", {NULL}},
	{"reject", {"with"}},
	{"with", {"tcp", "icmp", "icmpv6", "icmpx"}},
	{"tcp", {"reset"}},
	{NULL, {"log", "limit", VERDICTS}},
};

/* The words before the cursor: positionals one by one, options written as far as they make sense.
 */
struct before {
	struct config config;
	const char *positionals[64];
	size_t n;
	const struct option *open; /* an option whose value is being typed */
	bool ended;                /* by "--" */
};

static void offer(const char *candidate, void *prefix)
{
	if (!strncmp(candidate, prefix, strlen(prefix)))
		puts(candidate);
}

static void offer_list(const char *const *list, const char *prefix)
{
	for (; list && *list; list++)
		offer(*list, (void *)prefix);
}

static void read_before(struct before *b, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct option *option;
		const char *value = strchr(words[i], '=');
		struct fault fault = {};

		if (b->ended || words[i][0] != '-' || !words[i][1]) {
			if (b->n < sizeof(b->positionals) / sizeof(b->positionals[0]))
				b->positionals[b->n++] = words[i];
			continue;
		}
		b->ended = !strcmp(words[i], "--");
		option = option_find(words[i]);
		if (!option)
			continue;
		b->config.given |= 1ULL << (option - options);
		if (option->argument && !value && i + 1 == n)
			b->open = option;
		else if (option->argument)
			value = value ? value + 1 : words[++i];
		if (!b->open)
			option->write(option, (char *)&b->config + option->offset, value, &fault);
		fault_clear(&fault);
	}
}

static void offer_action(struct before *b, size_t used, const char *prefix)
{
	const char *last = b->n > used ? b->positionals[b->n - 1] : "";
	size_t i = 0;

	if (!strcmp(last, "jump") || !strcmp(last, "goto")) {
		complete_live(WORDS_CHAIN, &b->config, prefix, offer, (void *)prefix);
		return;
	}
	while (action_words[i].behind && strcmp(action_words[i].behind, last) != 0)
		i++;
	offer_list(action_words[i].words, prefix);
}

/* used: how many positionals belong to the command and the arguments before this one. */
static void offer_kind(enum wordlist kind, struct before *b, size_t used, const char *prefix)
{
	if (kind == WORDS_ACTION)
		offer_action(b, used, prefix);
	else
		complete_live(kind, &b->config, prefix, offer, (void *)prefix);
}

static void offer_commands(const char *noun, const char *prefix)
{
	for (size_t i = 0; i < n_commands; i++) {
		if (commands[i].unseen ||
		    (noun && (strcmp(commands[i].noun, noun) != 0 || !commands[i].verb)))
			continue;
		if (!noun && i && !strcmp(commands[i].noun, commands[i - 1].noun))
			continue;
		offer(noun ? commands[i].verb : commands[i].noun, (void *)prefix);
	}
}

static void offer_options(const struct command *command, uint64_t given, const char *prefix)
{
	uint64_t valid = OPTS_GLOBAL | (command ? command->valid : OPT(FILE) | OPT(VERSION));

	for (size_t i = 0; i < O_COUNT; i++) {
		uint64_t bit = 1ULL << i;

		if ((valid & bit) && !(given & (bit | options[i].rejects)))
			offer(options[i].name, (void *)prefix);
	}
}

/* The argument that comes after the positionals; those are written into the config. */
static const struct argument *next_argument(const struct command *command, struct before *b,
					    size_t *used)
{
	for (const struct argument *a = command->arguments; a->name; a++) {
		if (argument_is_skipped(a, b->config.given))
			continue;
		if (*used >= b->n || a->flags & ARG_REPEATED)
			return a;
		*(const char **)((char *)&b->config + a->offset) = b->positionals[(*used)++];
	}
	return NULL;
}

static void offer_word(struct before *b, const char *prefix)
{
	const struct command *command = NULL;
	const struct argument *argument;
	struct fault fault = {};
	size_t used = 0;

	if (b->n)
		command = command_find(b->positionals, b->n, &used, &fault);
	fault_clear(&fault);
	argument = command ? next_argument(command, b, &used) : NULL;
	if (b->open) {
		offer_list(b->open == &options[O_TYPE] && command ? command->types
								  : b->open->values,
			   prefix);
		offer_kind(b->open->completes, b, b->n, prefix);
	} else if (prefix[0] == '-' && !b->ended) {
		offer_options(command, b->config.given, prefix);
	} else if ((!command || !command->arguments[0].name) && b->n < 2) {
		offer_commands(b->n ? b->positionals[0] : NULL, prefix);
	} else if (argument && argument->completes == WORDS_COMMAND) {
		offer_commands(b->n > used ? b->positionals[used] : NULL, prefix);
	} else if (argument) {
		offer_list(argument->values, prefix);
		offer_kind(argument->completes, b, used, prefix);
	}
}

/* "--mode=mon": what follows '=' is the word. */
static const char *open_value(struct before *b, const char *word)
{
	const char *value = strncmp(word, "--", 2) ? NULL : strchr(word, '=');

	if (b->open || !value || b->ended)
		return word;
	b->open = option_find(word);
	return b->open ? value + 1 : word;
}

int complete(const char *const *words, size_t n)
{
	struct before before = {};
	const char *word = n ? words[n - 1] : "";

	if (n)
		read_before(&before, words, n - 1);
	word = open_value(&before, word);
	offer_word(&before, word);
	return 0;
}
