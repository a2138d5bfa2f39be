/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Usage, from the tables. */
#include <string.h>

#include "cli/handlers.h"
#include "cli/options.h"
#include "cli/out.h"

#define WIDTH 88

struct line {
	size_t column;
	size_t indent;
};

/* Prints a word of a synopsis, on the next line when this one is full. */
static void put_word(struct line *line, const char *word)
{
	size_t len = strlen(word);

	if (line->column + 1 + len > WIDTH) {
		printf("\n%*s", (int)line->indent, "");
		line->column = line->indent;
	}
	printf(" %s", word);
	line->column += 1 + len;
}

static void put_argument(struct line *line, const struct argument *argument)
{
	char word[64];

	snprintf(word, sizeof(word), argument->flags & ARG_OPTIONAL ? "[%s]" : "%s",
		 argument->name);
	put_word(line, word);
}

static void put_option(struct line *line, const struct option *option)
{
	char word[96];

	snprintf(word, sizeof(word), "[%s%s%s]", option->name, option->argument ? " " : "",
		 option->argument ? option->argument : "");
	put_word(line, word);
}

static void put_synopsis(const struct command *command)
{
	char name[32];
	struct line line = {};

	line.column = (size_t)printf("mfwctl %s", command_name(command, name, sizeof(name)));
	line.indent = line.column;
	for (const struct argument *a = command->arguments; a->name; a++)
		put_argument(&line, a);
	for (size_t i = 0; i < O_COUNT; i++) {
		uint64_t bit = 1ULL << i;

		if (command->valid & bit & ~OPTS_DIRECT)
			put_option(&line, &options[i]);
		else if (command->valid & bit && !(command->valid & OPT(TABLE)))
			put_option(&line, &options[i]);
	}
	putchar('\n');
}

static void put_options(uint64_t mask)
{
	char left[64];

	for (size_t i = 0; i < O_COUNT; i++) {
		const struct option *option = &options[i];

		if (!(mask & 1ULL << i))
			continue;
		snprintf(left, sizeof(left), "%s%s%s", option->name, option->argument ? " " : "",
			 option->argument ? option->argument : "");
		printf("  %-28s %s\n", left, option->help);
	}
}

static void put_command(const struct command *command)
{
	put_synopsis(command);
	printf("    %s\n", command->summary);
	if (command->valid & OPT(TABLE))
		puts("    Instead of CUSTOMER and CHAIN: --table TABLE --chain CHAIN "
		     "[--netns NAME|PATH] [--family FAMILY]");
	if (command->valid & OPT(SHARED))
		puts("    Instead of CUSTOMER: --shared, for a list that is everybody's");
	if (command->valid & OPTS_PROGRAM)
		puts("    Instead of MATCH: one of --object-pinned, --object, --bytecode\n"
		     "    ACTION: [log [prefix TEXT] [group N]] [limit rate [over] N/UNIT [burst "
		     "N]] "
		     "VERDICT\n"
		     "    VERDICT: accept, drop, reject [with ...], continue, return, jump CHAIN, "
		     "goto CHAIN");
	put_options(command->valid);
}

static void put_all(void)
{
	for (size_t i = 0; i < n_commands; i++) {
		if (commands[i].unseen)
			continue;
		put_command(&commands[i]);
		putchar('\n');
	}
	puts("mfwctl -f FILE");
	put_options(OPT(FILE));
	puts("\nEvery command takes:");
	put_options(OPTS_GLOBAL | OPT(VERSION));
}

static void put_overview(void)
{
	char name[64];

	puts("mfwctl - packet-filter rules whose match is an eBPF program\n");
	for (size_t i = 0; i < n_commands; i++) {
		size_t len = strlen(command_name(&commands[i], name, sizeof(name)));

		if (commands[i].unseen)
			continue;
		for (const struct argument *a = commands[i].arguments; a->name; a++)
			len += (size_t)snprintf(name + len, sizeof(name) - len,
						a->flags & ARG_OPTIONAL ? " [%s]" : " %s", a->name);
		printf("  %-51s %s\n", name, commands[i].summary);
	}
	puts("  -f FILE                                             do the commands in a file as "
	     "one "
	     "change\n");
	puts("Options of a command: mfwctl help COMMAND. Everything: man mfwctl.");
}

static bool put_noun(const char *noun)
{
	bool found = false;

	for (size_t i = 0; i < n_commands; i++) {
		if (strcmp(commands[i].noun, noun) != 0)
			continue;
		if (found)
			putchar('\n');
		put_command(&commands[i]);
		found = true;
	}
	return found;
}

int help(struct session *session, struct fault *fault)
{
	const struct command *command;
	size_t used;

	if (session->config->all) {
		put_all();
		return STATUS_DONE;
	}
	if (!session->n_words) {
		put_overview();
		return STATUS_DONE;
	}
	if (session->n_words == 1 && put_noun(session->words[0]))
		return STATUS_DONE;
	command = command_find(session->words, session->n_words, &used, fault);
	if (!command)
		return -1;
	put_command(command);
	return STATUS_DONE;
}

int version(struct session *session, struct fault *fault)
{
	json_t *object;

	(void)fault;
	if (!session->config->json) {
		printf("mfwctl %s\n", mfw_version());
		return STATUS_DONE;
	}
	object = json_object();
	out_set_text(object, "version", mfw_version());
	out_json(object);
	return STATUS_DONE;
}
