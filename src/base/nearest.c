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

/* Levenshtein's distance; both at most LEN_MAX long. */
static unsigned edit_distance(const char *a, const char *b)
{
	unsigned row[LEN_MAX + 1], diagonal, up;
	size_t b_len = strlen(b);

	for (size_t j = 0; j <= b_len; j++)
		row[j] = j;
	for (size_t i = 0; a[i]; i++) {
		diagonal = row[0];
		row[0] = i + 1;
		for (size_t j = 0; j < b_len; j++) {
			bool same = tolower((unsigned char)a[i]) == tolower((unsigned char)b[j]);

			up = row[j + 1];
			row[j + 1] = min3(up + 1, row[j] + 1, diagonal + !same);
			diagonal = up;
		}
	}
	return row[b_len];
}

void nearest_try(struct nearest *nearest, const char *candidate)
{
	size_t len = strlen(nearest->word), limit = len < 3 ? 1 : len < 6 ? 2 : 3;
	unsigned distance;

	if (len > LEN_MAX || strlen(candidate) > LEN_MAX)
		return;
	distance = edit_distance(nearest->word, candidate);
	if (distance > limit || distance >= len || (nearest->best && distance >= nearest->distance))
		return;
	nearest->best = candidate;
	nearest->distance = distance;
}
