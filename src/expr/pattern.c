/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "expr/pattern.h"

#include <stdint.h>

static char fold(char c, bool strict)
{
	return !strict && c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

/*
 * Step by step; where a byte does not fit, the last star takes one byte more. An earlier star needs
 * no second try: what the last one can take, it could too.
 */
bool pattern_fits(const char *pattern, size_t pattern_len, const void *data, size_t len,
		  bool strict)
{
	size_t p = 0, d = 0, star = SIZE_MAX, taken = 0;
	const char *text = data;

	while (d < len) {
		bool escape = p + 1 < pattern_len && pattern[p] == '\\';

		if (p < pattern_len && pattern[p] == '*') {
			star = ++p;
			taken = d;
		} else if (p < pattern_len &&
			   fold(pattern[p + escape], strict) == fold(text[d], strict)) {
			p += 1 + escape;
			d++;
		} else if (star != SIZE_MAX) {
			p = star;
			d = ++taken;
		} else {
			return false;
		}
	}
	return p == pattern_len || (p + 1 == pattern_len && pattern[p] == '*');
}
