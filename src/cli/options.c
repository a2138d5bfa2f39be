/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/suggest.h"

#define NO_WORD ((size_t)-1)

bool is_one_of(const char *word, const char *const *list)
{
	for (; *list; list++) {
		if (!strcmp(word, *list))
			return true;
	}
	return false;
}

const char *join_words(const char *const *list, char *buf, size_t size)
{
	size_t len = 0;

	buf[0] = '\0';
	for (size_t i = 0; list[i] && len < size; i++)
		len += (size_t)snprintf(buf + len, size - len, "%s%s", i ? ", " : "", list[i]);
	return buf;
}

const struct option *option_find(const char *word)
{
	size_t len = strcspn(word, "=");

	for (size_t i = 0; i < O_COUNT; i++) {
		if (!strncmp(options[i].name, word, len) && !options[i].name[len])
			return &options[i];
	}
	return !strcmp(word, "-h") ? &options[O_HELP] : NULL;
}

bool argument_is_skipped(const struct argument *argument, uint64_t given)
{
	if (argument->flags & ARG_TARGET)
		return given & OPT(TABLE);
	if (argument->flags & ARG_MATCH)
		return given & OPTS_PROGRAM;
	if (argument->flags & ARG_OWNER)
		return given & OPT(SHARED);
	return false;
}

static int unknown_option(const char *word, struct fault *fault)
{
	size_t len = strcspn(word, "=");
	char typed[64], text[96];
	struct suggestion s = {.typed = typed};

	snprintf(typed, sizeof(typed), "%.*s", (int)len, word);
	for (size_t i = 0; i < O_COUNT; i++)
		suggest(&s, options[i].name);
	return fault_usage(fault, "usage.option", "there is no option '%.*s'%s", (int)len, word,
			   suggestion_text(&s, text, sizeof(text)));
}

/* Writes the option at words[*i], and moves *i to the last word that belongs to it. */
static int parse_option(struct config *config, const char *const *words, size_t n, size_t *i,
			struct fault *fault)
{
	const char *word = words[*i];
	const struct option *option = option_find(word);
	const char *value = strchr(word, '=');
	uint64_t bit;

	if (!option)
		return unknown_option(word, fault);
	bit = 1ULL << (option - options);
	if (config->given & bit && !option->repeated)
		return fault_usage(fault, "usage.twice", "%s is given twice", option->name);
	if (!option->argument && value)
		return fault_usage(fault, "usage.value", "%s takes no value", option->name);
	if (option->argument && !value && *i + 1 == n)
		return fault_usage(fault, "usage.value", "%s needs a value: %s %s", option->name,
				   option->name, option->argument);
	if (option->argument)
		value = value ? value + 1 : words[++*i];
	config->given |= bit;
	return option->write(option, (char *)config + option->offset, value, fault);
}

static int reserve(struct parsed *parsed, size_t n, struct fault *fault)
{
	const char **grown;

	if (n <= parsed->capacity)
		return 0;
	grown = reallocarray(parsed->positionals, n, sizeof(*grown));
	if (!grown)
		return fault_make(fault, ENOMEM, "memory", "out of memory");
	parsed->positionals = grown;
	parsed->capacity = n;
	return 0;
}

static int take_apart(struct parsed *parsed, const char *const *words, size_t n,
		      struct fault *fault)
{
	bool ended = false;

	for (size_t i = 0; i < n; i++) {
		size_t first = i;

		if (ended || words[i][0] != '-' || !words[i][1]) {
			parsed->positionals[parsed->n_positionals++] = words[i];
		} else if (!strcmp(words[i], "--")) {
			ended = true;
		} else if (parse_option(&parsed->config, words, n, &i, fault)) {
			parsed->bad_word = first;
			return -1;
		}
	}
	return 0;
}

static int check_conflicts(uint64_t given, struct fault *fault)
{
	for (size_t i = 0; i < O_COUNT; i++) {
		uint64_t others = given & options[i].rejects & ~(1ULL << i);

		if ((given & 1ULL << i) && others)
			return fault_usage(fault, "usage.conflict", "%s and %s exclude each other",
					   options[i].name, options[__builtin_ctzll(others)].name);
	}
	return 0;
}

/* The first option of the mask; for messages. */
static const char *first_name(uint64_t mask)
{
	return options[__builtin_ctzll(mask)].name;
}

static const char *option_names(uint64_t mask, char *buf, size_t size)
{
	const char *names[O_COUNT + 1] = {};
	size_t n = 0;

	for (; mask; mask &= mask - 1)
		names[n++] = first_name(mask);
	return join_words(names, buf, size);
}

static int check_direct(const struct command *command, uint64_t given, struct fault *fault)
{
	uint64_t parts = given & OPTS_DIRECT & ~OPT(TABLE);

	if (!(command->valid & OPT(TABLE)))
		return 0;
	if (parts && !(given & OPT(TABLE)))
		return fault_usage(fault, "usage.missing",
				   "%s belongs to direct addressing, which needs --table TABLE",
				   first_name(parts));
	if ((given & OPT(TABLE)) && !(given & OPT(CHAIN)) &&
	    !(command->arguments[1].flags & ARG_OPTIONAL))
		return fault_usage(fault, "usage.missing", "--table needs --chain CHAIN");
	return 0;
}

/* What a type is depends on what has it. */
static int check_type(const struct command *command, const struct config *config,
		      struct fault *fault)
{
	char list[128];

	if (!config->type || is_one_of(config->type, command->types))
		return 0;
	return fault_usage(fault, "usage.value", "--type is one of %s, not '%s'",
			   join_words(command->types, list, sizeof(list)), config->type);
}

static int check_options(const struct command *command, const struct config *config,
			 struct fault *fault)
{
	uint64_t given = config->given;
	uint64_t strange = given & ~(command->valid | OPTS_GLOBAL);
	char name[32], list[128];

	if (strange)
		return fault_usage(fault, "usage.option", "'%s' takes no %s; see: mfwctl help %s",
				   command_name(command, name, sizeof(name)), first_name(strange),
				   name);
	if (command->needs_one && !(given & command->needs_one))
		return fault_usage(fault, "usage.missing", "'%s' needs at least one of %s",
				   command_name(command, name, sizeof(name)),
				   option_names(command->needs_one, list, sizeof(list)));
	if (check_type(command, config, fault) || check_conflicts(given, fault))
		return -1;
	return check_direct(command, given, fault);
}

static int missing_word(const struct command *command, const struct argument *argument,
			struct fault *fault)
{
	char name[32];

	return fault_usage(fault, "usage.missing", "'%s' needs %s; see: mfwctl help %s",
			   command_name(command, name, sizeof(name)), argument->name, name);
}

static int bind_word(const struct argument *argument, struct config *config, const char *word,
		     struct fault *fault)
{
	char list[128];

	if (argument->values && !is_one_of(word, argument->values))
		return fault_usage(fault, "usage.value", "%s is one of %s, not '%s'",
				   argument->name, join_words(argument->values, list, sizeof(list)),
				   word);
	*(const char **)((char *)config + argument->offset) = word;
	return 0;
}

static int bind_positionals(struct parsed *parsed, size_t from, struct fault *fault)
{
	const struct command *command = parsed->command;
	struct config *config = &parsed->config;
	const struct argument *a;
	size_t i = from;
	char name[32];

	for (a = command->arguments; a->name; a++) {
		if (argument_is_skipped(a, config->given))
			continue;
		if (i == parsed->n_positionals) {
			if (a->flags & ARG_OPTIONAL)
				break;
			return missing_word(command, a, fault);
		}
		if (a->flags & ARG_REPEATED) {
			config->words = parsed->positionals + i;
			config->n_words = parsed->n_positionals - i;
			return 0;
		}
		if (bind_word(a, config, parsed->positionals[i++], fault))
			return -1;
	}
	if (i < parsed->n_positionals)
		return fault_usage(
			fault, "usage.extra", "'%s' has no use for '%s'; see: mfwctl help %s",
			command_name(command, name, sizeof(name)), parsed->positionals[i], name);
	return 0;
}

int options_parse(struct parsed *parsed, const char *const *words, size_t n, struct fault *fault)
{
	size_t used;

	parsed->config = (struct config){};
	parsed->command = NULL;
	parsed->n_positionals = 0;
	parsed->bad_word = NO_WORD;
	if (reserve(parsed, n, fault) || take_apart(parsed, words, n, fault))
		return -1;
	if (!parsed->n_positionals || parsed->config.help)
		return 0;
	parsed->command = command_find(parsed->positionals, parsed->n_positionals, &used, fault);
	if (!parsed->command)
		return -1;
	if (check_options(parsed->command, &parsed->config, fault))
		return -1;
	return bind_positionals(parsed, used, fault);
}

void parsed_clear(struct parsed *parsed)
{
	free(parsed->positionals);
	*parsed = (struct parsed){};
}
