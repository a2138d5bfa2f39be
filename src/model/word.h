/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words that mean something in the expression language, so that no matcher can be called so. */
#ifndef MODEL_WORD_H
#define MODEL_WORD_H

/* What the language has of that name: "a word", "a function", "a field"; NULL: nothing. */
const char *word_meaning(const char *name);

#endif
