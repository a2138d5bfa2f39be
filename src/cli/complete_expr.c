/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/complete_expr.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define DEPTH_MAX 32
#define TEXT_MAX  4096

struct typing {
	const char *text;
	size_t head; /* how much of it stays as it is */
	void (*offer)(const char *word, void *arg);
	void *arg;
	/* The word before the innermost parenthesis that is open; 0: there is none. */
	size_t call, call_len;
};

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '.';
}

static void offer(const struct typing *t, const char *before, const char *word, const char *behind)
{
	char text[TEXT_MAX];
	int n = snprintf(text, sizeof(text), "%.*s%s%s%s", (int)t->head, t->text, before, word,
			 behind);

	if (n > 0 && (size_t)n < sizeof(text))
		t->offer(text, t->arg);
}

/* Follows strings and parentheses to the end; where a word or a string is open, the head ends. */
static void read(struct typing *t)
{
	size_t calls[DEPTH_MAX], depth = 0, i = 0, string = 0, len = strlen(t->text);
	bool open = false;

	for (; i < len; i++) {
		if (open && t->text[i] == '\\' && t->text[i + 1])
			i++;
		else if (t->text[i] == '"')
			string = (open = !open) ? i : 0;
		else if (!open && t->text[i] == '(' && depth < DEPTH_MAX)
			calls[depth++] = i;
		else if (!open && t->text[i] == ')' && depth)
			depth--;
	}
	for (i = len; i && is_word(t->text[i - 1]);)
		i--;
	t->head = open ? string : i;
	if (!depth)
		return;
	t->call = calls[depth - 1];
	while (t->call && is_word(t->text[t->call - 1])) {
		t->call--;
		t->call_len++;
	}
}

static const struct mfw_matcher *called(const struct typing *t, const struct mfw_matchers *matchers)
{
	for (size_t i = 0; t->call_len && i < mfw_matchers_count(matchers); i++) {
		const struct mfw_matcher *matcher = mfw_matchers_get(matchers, i);

		if (!matcher->broken && strlen(matcher->name) == t->call_len &&
		    !strncmp(matcher->name, t->text + t->call, t->call_len))
			return matcher;
	}
	return NULL;
}

static void offer_values(const struct typing *t, const struct mfw_param *param)
{
	for (size_t i = 0; i < param->n_words; i++)
		offer(t, "\"", param->words[i], "\"");
	if (!strcmp(param->type, "bool")) {
		offer(t, "", "true", "");
		offer(t, "", "false", "");
	}
}

/* A parameter's name, or what it may be where its name and '=' are there. */
static void offer_argument(const struct typing *t, const struct mfw_matcher *matcher)
{
	size_t end = t->head, begin;

	while (end && t->text[end - 1] == ' ')
		end--;
	if (!end || t->text[end - 1] != '=') {
		for (size_t i = 0; i < matcher->n_params && t->text[t->head] != '"'; i++)
			offer(t, "", matcher->params[i]->name, "=");
		return;
	}
	for (begin = --end; begin && is_word(t->text[begin - 1]);)
		begin--;
	for (size_t i = 0; i < matcher->n_params; i++)
		if (strlen(matcher->params[i]->name) == end - begin &&
		    !strncmp(matcher->params[i]->name, t->text + begin, end - begin))
			offer_values(t, matcher->params[i]);
}

static void offer_fields(const struct typing *t)
{
	struct mfw_field field = {MFW_SIZE(struct mfw_field)};

	for (size_t i = 0; mfw_field_get(i, &field); i++)
		offer(t, "", field.name, "");
}

static void offer_words(const struct typing *t, const struct mfw_matchers *matchers)
{
	static const char *const functions[] = {
		"bit_slice", "ends_with", "len", "lower", "starts_with", "substring",
	};

	offer_fields(t);
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
		offer(t, "", functions[i], "(");
	for (size_t i = 0; i < mfw_matchers_count(matchers); i++) {
		const struct mfw_matcher *matcher = mfw_matchers_get(matchers, i);

		if (matcher->broken)
			continue;
		offer(t, "", matcher->name, "");
		for (size_t k = 0; k < matcher->n_fields; k++)
			offer(t, "", matcher->fields[k]->name, "");
	}
}

static void offer_lists(const struct typing *t, const struct known_words *known)
{
	const struct mfw_list_info *info;

	for (size_t i = 0; known->own && (info = mfw_lists_get(known->own, i)); i++)
		offer(t, "", info->name, "");
	for (size_t i = 0; known->shared && (info = mfw_lists_get(known->shared, i)); i++)
		if (!info->customer)
			offer(t, "shared.", info->name, "");
}

void complete_expr(const char *text, const struct known_words *known,
		   void (*offer_word)(const char *word, void *arg), void *arg)
{
	struct typing t = {.text = text, .offer = offer_word, .arg = arg};
	const struct mfw_matcher *matcher;

	read(&t);
	matcher = called(&t, known->matchers);
	if (t.head && text[t.head - 1] == '$')
		offer_lists(&t, known);
	else if (matcher)
		offer_argument(&t, matcher);
	else if (text[t.head] != '"')
		offer_words(&t, known->matchers);
}
