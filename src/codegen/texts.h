/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Large sets of texts. */
#ifndef CODEGEN_TEXTS_H
#define CODEGEN_TEXTS_H

#include "codegen/ask.h"

#define TEXTS_CLASSES 2

/* How many texts of each length the set of a comparison has. */
struct texts {
	const struct expr *compare;
	size_t n[TEXTS_CLASSES];
};

struct texts texts_of(const struct expr *compare);
/* Whether texts of that length are in a table, because there are many of about that length. */
bool texts_in_table(const struct texts *texts, size_t len);
/* Whether the view, read with A..Z as a..z or not, is one of those. */
void ask_texts(struct asker *a, const struct texts *texts, bool fold, struct ways ways);

#endif
