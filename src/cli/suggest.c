/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/suggest.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define LONGEST 64

static size_t min3(size_t a, size_t b, size_t c)
{
	size_t m = a < b ? a : b;

	return m < c ? m : c;
}

/* Levenshtein's distance, one row at a time. */
static size_t distance(const char *a, const char *b)
{
	size_t row[LONGEST + 1];
	size_t n = strlen(b);

	if (n > LONGEST || strlen(a) > LONGEST)
		return SIZE_MAX;
	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1]; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= n; j++) {
			size_t above = row[j];

			row[j] = min3(above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1]));
			diagonal = above;
		}
	}
	return row[n];
}

void suggest(struct suggestion *suggestion, const char *candidate)
{
	size_t len = strlen(suggestion->typed);
	size_t d;

	/* What was begun right comes before what was mistyped. */
	if (len && !strncmp(candidate, suggestion->typed, len))
		d = 0;
	else
		d = distance(suggestion->typed, candidate);
	if (d > 0 && d > (len + 2) / 3)
		return;
	if (!suggestion->best || d < suggestion->distance) {
		suggestion->best = candidate;
		suggestion->distance = d;
	}
}

const char *suggestion_text(const struct suggestion *suggestion, char *buf, size_t size)
{
	buf[0] = '\0';
	if (suggestion->best)
		snprintf(buf, size, "; did you mean '%s'?", suggestion->best);
	return buf;
}
