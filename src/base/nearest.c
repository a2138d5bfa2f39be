/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/nearest.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#define LEN_MAX 63

static unsigned min3(unsigned a, unsigned b, unsigned c)
{
	unsigned min = a < b ? a : b;

	return min < c ? min : c;
}

static bool same(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* Two letters that have changed places. */
static bool swapped(const char *a, const char *b)
{
	return same(a[0], b[-1]) && same(a[-1], b[0]);
}

/*
 * Levenshtein's distance, with two letters that have changed places as one mistake; both at most
 * LEN_MAX long.
 */
static unsigned edit_distance(const char *a, const char *b)
{
	unsigned rows[3][LEN_MAX + 1], *row = rows[0], *last = rows[1], *before = rows[2];
	size_t b_len = strlen(b);

	for (size_t j = 0; j <= b_len; j++)
		row[j] = j;
	for (size_t i = 0; a[i]; i++) {
		unsigned *next = before;

		before = last;
		last = row;
		row = next;
		row[0] = i + 1;
		for (size_t j = 0; j < b_len; j++) {
			row[j + 1] = min3(last[j + 1] + 1, row[j] + 1, last[j] + !same(a[i], b[j]));
			if (i && j && swapped(a + i, b + j) && before[j - 1] < row[j + 1])
				row[j + 1] = before[j - 1] + 1;
		}
	}
	return row[b_len];
}

void nearest_try(struct nearest *nearest, const char *candidate)
{
	size_t len = strlen(nearest->word), limit = len < 5 ? 1 : len < 8 ? 2 : 3;
	unsigned distance;

	if (len > LEN_MAX || strlen(candidate) > LEN_MAX)
		return;
	distance = edit_distance(nearest->word, candidate);
	if (distance > limit || distance >= len || (nearest->best && distance >= nearest->distance))
		return;
	nearest->best = candidate;
	nearest->distance = distance;
}
