/* SPDX-License-Identifier: GPL-2.0-or-later */
/* "Did you mean": the nearest of some words to a wrong one, by edit distance, case apart. */
#ifndef BASE_NEAREST_H
#define BASE_NEAREST_H

struct nearest {
	const char *word; /* the wrong one */
	const char *best; /* NULL: none is near */
	unsigned distance;
};

#define NEAREST_INIT(wrong)                                                                        \
	{                                                                                          \
		.word = (wrong)                                                                    \
	}

/* Takes candidate (not copied) as the best if it is near, and nearer than those before. */
void nearest_try(struct nearest *nearest, const char *candidate);

#endif
