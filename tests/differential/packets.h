/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Random packets, sound and less so, and the values they are made of. Numbers: unit/random.h. */
#ifndef TESTS_DIFFERENTIAL_PACKETS_H
#define TESTS_DIFFERENTIAL_PACKETS_H

#include "../unit/random.h"
#include "list/list.h"

#define PACKET_MAX 8192

/* From the IP header on. */
struct packet {
	uint8_t b[PACKET_MAX];
	size_t len;
};

void packet_make(struct packet *p);

/* Random entries such as those packets have, tidy. */
void packet_entries(enum mfw_list_kind kind, struct entries *ret);

/* For trees that ask about what such packets have: see struct random_kinds. */
extern const struct random_kinds packet_kinds;

#endif
