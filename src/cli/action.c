/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/action.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static bool ends_with_word(const char *text, const char *word)
{
	size_t len = strlen(text), n = strlen(word);

	if (len < n || strcmp(text + len - n, word) != 0)
		return false;
	return len == n || text[len - n - 1] == ' ';
}

/* Only after `prefix` does an action take a string. */
static bool needs_quotes(const char *const *words, size_t i)
{
	if (!i || !ends_with_word(words[i - 1], "prefix") || words[i][0] == '"')
		return false;
	return !words[i][0] || words[i][strcspn(words[i], " \t\"\\")];
}

static size_t put_quoted(char *to, const char *word)
{
	size_t n = 0;

	to[n++] = '"';
	for (; *word; word++) {
		if (*word == '"' || *word == '\\')
			to[n++] = '\\';
		to[n++] = *word;
	}
	to[n++] = '"';
	return n;
}

static size_t put_word(char *to, const char *const *words, size_t i)
{
	size_t len = strlen(words[i]);

	if (needs_quotes(words, i))
		return put_quoted(to, words[i]);
	memcpy(to, words[i], len);
	return len;
}

static size_t most(const char *const *words, size_t n)
{
	size_t size = 1;

	for (size_t i = 0; i < n; i++)
		size += 2 * strlen(words[i]) + 3;
	return size;
}

char *action_join(const char *const *words, size_t n)
{
	char *joined = malloc(most(words, n));
	size_t len = 0;

	if (!joined)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		if (i)
			joined[len++] = ' ';
		len += put_word(joined + len, words, i);
	}
	joined[len] = '\0';
	return joined;
}

static size_t quoted_offset(const char *word, size_t offset)
{
	size_t at = 1, i = 0;

	for (; word[i] && at < offset; i++)
		at += word[i] == '"' || word[i] == '\\' ? 2 : 1;
	return i;
}

size_t action_locate(const char *const *words, size_t n, size_t offset, size_t *ret_offset)
{
	char *scratch = malloc(most(words, n));
	size_t start = 0, i;

	*ret_offset = 0;
	for (i = 0; scratch && i < n; i++) {
		size_t len = put_word(scratch, words, i);

		if (offset <= start + len) {
			offset = offset > start ? offset - start : 0;
			*ret_offset =
				needs_quotes(words, i) ? quoted_offset(words[i], offset) : offset;
			break;
		}
		start += len + 1;
	}
	free(scratch);
	return i < n ? i : 0;
}
