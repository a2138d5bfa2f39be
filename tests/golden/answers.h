/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads files such as answers.txt. */
#ifndef TESTS_GOLDEN_ANSWERS_H
#define TESTS_GOLDEN_ANSWERS_H

#include "expr/expr.h"

#define ANSWERS_PACKETS    64
#define ANSWERS_PACKET_MAX 1600

struct answers_packet {
	char letter;
	uint8_t bytes[ANSWERS_PACKET_MAX];
	size_t len;
};

struct answers {
	struct answers_packet packets[ANSWERS_PACKETS];
	size_t n_packets;
	int n_checks;
	bool failed;
};

/* Asks one packet: 0 or 1, or what is neither. */
typedef int (*answers_ask)(void *ctx, const uint8_t *packet, size_t len);

/* One line of TAP. */
void answers_check(struct answers *answers, bool good, const char *text, const char *detail);
/*
 * Calls seen for every case of the file, when the packets above it were read. Prints TAP's last
 * line. Returns the exit status.
 */
int answers_run(struct answers *answers, const char *path,
		void (*seen)(struct answers *answers, const char *text, const char *letters));
/* Checks the answers for all packets. negated: those to the case under `not`. */
void answers_compare(struct answers *answers, const char *text, const char *letters, bool negated,
		     answers_ask ask, void *ctx);

#endif
