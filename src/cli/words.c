/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/words.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

struct reader {
	struct words *words;
	const char *raw;
	size_t len;
	size_t at;
};

static int nomem(struct fault *fault)
{
	return fault_make(fault, ENOMEM, "memory", "out of memory");
}

static int put(struct reader *r, char c, struct fault *fault)
{
	struct words *w = r->words;

	if (w->len == w->text_capacity) {
		size_t capacity = w->text_capacity ? 2 * w->text_capacity : 256;
		char *grown = realloc(w->text, capacity);

		if (!grown)
			return nomem(fault);
		w->text = grown;
		w->text_capacity = capacity;
	}
	w->text[w->len++] = c;
	return 0;
}

/* Puts the character at r->at, and goes on. */
static int take(struct reader *r, struct fault *fault)
{
	struct words *w = r->words;

	if (w->n == w->want_word + 1) {
		size_t offset = w->len - w->starts[w->n - 1];

		if (offset <= w->want_offset)
			w->found = r->at + (offset < w->want_offset);
	}
	if (!r->raw[r->at]) {
		w->bad = r->at;
		return fault_usage(fault, "usage.word", "the line holds a NUL byte");
	}
	return put(r, r->raw[r->at++], fault);
}

static int begin_word(struct reader *r, struct fault *fault)
{
	struct words *w = r->words;

	if (w->n == w->capacity) {
		size_t capacity = w->capacity ? 2 * w->capacity : 32;
		size_t *starts = reallocarray(w->starts, capacity, sizeof(*starts));
		const char **argv;

		if (!starts)
			return nomem(fault);
		w->starts = starts;
		argv = reallocarray(w->argv, capacity, sizeof(*argv));
		if (!argv)
			return nomem(fault);
		w->argv = argv;
		w->capacity = capacity;
	}
	if (w->n == w->want_word)
		w->found = r->at;
	w->starts[w->n++] = w->len;
	return 0;
}

static bool at_continuation(const struct reader *r)
{
	return r->at + 1 < r->len && r->raw[r->at] == '\\' && r->raw[r->at + 1] == '\n';
}

static int unclosed(struct reader *r, size_t quote, struct fault *fault)
{
	r->words->bad = quote;
	return fault_usage(fault, "usage.quote", "the quote %c is not closed on this line",
			   r->raw[quote]);
}

static int read_single(struct reader *r, struct fault *fault)
{
	size_t quote = r->at++;

	while (r->at < r->len && r->raw[r->at] != '\'') {
		if (r->raw[r->at] == '\n')
			return unclosed(r, quote, fault);
		if (take(r, fault))
			return -1;
	}
	if (r->at == r->len)
		return unclosed(r, quote, fault);
	r->at++;
	return 0;
}

static int read_double(struct reader *r, struct fault *fault)
{
	size_t quote = r->at++;

	while (r->at < r->len && r->raw[r->at] != '"') {
		if (at_continuation(r)) {
			r->at += 2;
			continue;
		}
		if (r->raw[r->at] == '\n')
			return unclosed(r, quote, fault);
		if (r->raw[r->at] == '\\' && r->at + 1 < r->len && r->raw[r->at + 1] &&
		    strchr("\"\\$`", r->raw[r->at + 1]))
			r->at++;
		if (take(r, fault))
			return -1;
	}
	if (r->at == r->len)
		return unclosed(r, quote, fault);
	r->at++;
	return 0;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* A backslash outside quotes. */
static int read_escape(struct reader *r, struct fault *fault)
{
	if (r->at + 1 == r->len) {
		r->words->bad = r->at;
		return fault_usage(fault, "usage.word", "nothing follows the backslash");
	}
	r->at++;
	return take(r, fault);
}

static int read_word(struct reader *r, struct fault *fault)
{
	int ret = begin_word(r, fault);

	while (!ret && r->at < r->len && !is_blank(r->raw[r->at]) && r->raw[r->at] != '\n') {
		char c = r->raw[r->at];

		if (at_continuation(r))
			r->at += 2;
		else if (c == '\'')
			ret = read_single(r, fault);
		else if (c == '"')
			ret = read_double(r, fault);
		else if (c == '\\')
			ret = read_escape(r, fault);
		else
			ret = take(r, fault);
	}
	return ret ? ret : put(r, '\0', fault);
}

static void skip_line(struct reader *r)
{
	const char *end = memchr(r->raw + r->at, '\n', r->len - r->at);

	r->at = end ? (size_t)(end - r->raw) : r->len;
}

static int read_words(struct reader *r, struct fault *fault)
{
	while (r->at < r->len && r->raw[r->at] != '\n') {
		if (is_blank(r->raw[r->at]))
			r->at++;
		else if (at_continuation(r))
			r->at += 2;
		else if (r->raw[r->at] == '#')
			skip_line(r);
		else if (read_word(r, fault))
			return -1;
	}
	return 0;
}

static int split(struct words *words, const char *raw, size_t len, size_t *ret_used,
		 struct fault *fault)
{
	struct reader r = {.words = words, .raw = raw, .len = len};
	int ret;

	words->n = 0;
	words->len = 0;
	ret = read_words(&r, fault);
	if (ret)
		skip_line(&r);
	*ret_used = r.at + (r.at < len);
	for (size_t i = 0; !ret && i < words->n; i++)
		words->argv[i] = words->text + words->starts[i];
	return ret;
}

int words_split(struct words *words, const char *raw, size_t len, size_t *ret_used,
		struct fault *fault)
{
	words->want_word = (size_t)-2; /* none */
	return split(words, raw, len, ret_used, fault);
}

size_t words_locate(const char *raw, size_t len, size_t word, size_t offset)
{
	struct words words = {.want_word = word, .want_offset = offset};
	cleanup_fault struct fault fault = {};
	size_t used, found;

	split(&words, raw, len, &used, &fault);
	found = words.found;
	words_clear(&words);
	return found;
}

void words_clear(struct words *words)
{
	free(words->argv);
	free(words->text);
	free(words->starts);
	*words = (struct words){};
}
