/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What programs and pins say of the rules that run them, asked once however many rules do. */
#ifndef APPLY_SAID_H
#define APPLY_SAID_H

#include "apply/context.h"

/* {} knows nothing yet. */
struct said {
	bool texts; /* also the texts of matches: where only programs are compared, none is read */
	void *pins; /* tsearch() trees */
	void *inodes;
	void *programs;
};

/*
 * Fills in what is listed of a rule: its index, program, pin, hash and drift, and the match's text,
 * if it can be read. 0 or -ENOMEM.
 */
int said_complete(struct said *said, struct rule *rule, uint32_t index);
/* Only the match's text. 0 or -ENOMEM. */
int said_match(struct said *said, struct rule *rule);
/* The pins are looked at anew from here on. */
void said_forget_pins(struct said *said);
void said_clear(struct said *said);

#define cleanup_said cleanup(said_clear)

#endif
