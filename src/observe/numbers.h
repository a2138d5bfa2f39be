/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A set of packet numbers: one bit for each packet of the capture. {} is empty. */
#ifndef OBSERVE_NUMBERS_H
#define OBSERVE_NUMBERS_H

#include "base/buf.h"

#include <stdint.h>

struct numbers {
	struct buf bits;
	uint64_t n;
};

/* In any order, each once. 0 or -ENOMEM. */
int numbers_add(struct numbers *numbers, uint64_t number);
/* The least number in the set above `after`; 0: there is none. */
uint64_t numbers_next(const struct numbers *numbers, uint64_t after);
void numbers_clear(struct numbers *numbers);

#endif
