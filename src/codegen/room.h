/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the values are that matchers make: 256 bytes, half of all the stack that a program and what
 * it calls have. So they are in a map of the program's own, each CPU's apart. A program can be
 * interrupted by itself there, when a packet comes in while one goes out, and be put aside for a
 * task; so it takes one of several places with one exchange, and gives it back at its end.
 */
#ifndef CODEGEN_ROOM_H
#define CODEGEN_ROOM_H

#include <mfw/packet.h>

/* The map's name in the object. */
#define ROOM_MAP "mfw_room"

struct room {
	uint64_t taken;
	struct mfw_value value;
};

/*
 * How many programs are under way on one CPU: a task's and the interrupting one, and two more tasks
 * where they are put aside. The packet of one more does not match.
 */
#define ROOMS 4

#endif
