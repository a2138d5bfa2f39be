/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "cli/command.h"
#include "cli/suggest.h"

const char *command_name(const struct command *command, char *buf, size_t size)
{
	snprintf(buf, size, "%s%s%s", command->noun, command->verb ? " " : "",
		 command->verb ? command->verb : "");
	return buf;
}

/* The verbs of a noun: "add, del, list". */
static const char *verbs_of(const char *noun, char *buf, size_t size)
{
	size_t len = 0;

	for (size_t i = 0; i < n_commands && len < size; i++) {
		if (!strcmp(commands[i].noun, noun) && commands[i].verb)
			len += (size_t)snprintf(buf + len, size - len, "%s%s", len ? ", " : "",
						commands[i].verb);
	}
	return buf;
}

static int no_noun(const char *typed, struct fault *fault)
{
	struct suggestion s = {.typed = typed};
	char text[96];

	for (size_t i = 0; i < n_commands; i++)
		if (!commands[i].unseen)
			suggest(&s, commands[i].noun);
	return fault_usage(fault, "usage.command", "there is no command '%s'%s", typed,
			   s.best ? suggestion_text(&s, text, sizeof(text)) : "; see: mfwctl help");
}

static int no_verb(const char *noun, const char *typed, struct fault *fault)
{
	struct suggestion s = {.typed = typed ? typed : ""};
	char text[96], verbs[96];

	if (!typed)
		return fault_usage(fault, "usage.command", "'%s' needs one of %s", noun,
				   verbs_of(noun, verbs, sizeof(verbs)));
	for (size_t i = 0; i < n_commands; i++) {
		if (!strcmp(commands[i].noun, noun) && commands[i].verb)
			suggest(&s, commands[i].verb);
	}
	if (s.best)
		return fault_usage(fault, "usage.command", "there is no command '%s %s'%s", noun,
				   typed, suggestion_text(&s, text, sizeof(text)));
	return fault_usage(fault, "usage.command", "there is no command '%s %s'; '%s' takes %s",
			   noun, typed, noun, verbs_of(noun, verbs, sizeof(verbs)));
}

const struct command *command_find(const char *const *words, size_t n_words, size_t *ret_used,
				   struct fault *fault)
{
	bool noun_known = false, has_verbs = false;

	for (size_t i = 0; i < n_commands; i++) {
		if (strcmp(commands[i].noun, words[0]) != 0)
			continue;
		/* With verbs, too, a noun stands alone or not at all. */
		if (!commands[i].verb && has_verbs && n_words > 1)
			continue;
		noun_known = true;
		has_verbs |= commands[i].verb != NULL;
		if (commands[i].verb && (n_words < 2 || strcmp(commands[i].verb, words[1]) != 0))
			continue;
		*ret_used = commands[i].verb ? 2 : 1;
		return &commands[i];
	}
	if (noun_known)
		no_verb(words[0], n_words > 1 ? words[1] : NULL, fault);
	else
		no_noun(words[0], fault);
	return NULL;
}
