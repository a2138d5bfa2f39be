/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * write SEED COUNT >FILE: random packets as a capture of raw IP. The second in which a packet was
 * seen is its number, from 1.
 */
#include "packets.h"

#include <stdio.h>

#define LINKTYPE_RAW 101

static void put32(uint32_t value)
{
	fwrite(&value, sizeof(value), 1, stdout);
}

int main(int argc, char **argv)
{
	uint32_t count = argc == 3 ? strtoul(argv[2], NULL, 0) : 0;
	struct packet p;

	if (!count)
		return 2;
	random_seed(strtoull(argv[1], NULL, 0));
	put32(0xa1b2c3d4);
	put32(2 | 4 << 16);
	put32(0);
	put32(0);
	put32(PACKET_MAX);
	put32(LINKTYPE_RAW);
	for (uint32_t i = 1; i <= count; i++) {
		packet_make(&p);
		put32(i);
		put32(0);
		put32(p.len);
		put32(p.len);
		fwrite(p.b, 1, p.len, stdout);
	}
	return fflush(stdout) ? 1 : 0;
}
