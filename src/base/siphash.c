/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/siphash.h"

#include <endian.h>
#include <string.h>

static uint64_t rotate(uint64_t x, int by)
{
	return x << by | x >> (64 - by);
}

static void rounds(uint64_t v[4], int n)
{
	while (n--) {
		v[0] += v[1];
		v[1] = rotate(v[1], 13) ^ v[0];
		v[0] = rotate(v[0], 32);
		v[2] += v[3];
		v[3] = rotate(v[3], 16) ^ v[2];
		v[0] += v[3];
		v[3] = rotate(v[3], 21) ^ v[0];
		v[2] += v[1];
		v[1] = rotate(v[1], 17) ^ v[2];
		v[2] = rotate(v[2], 32);
	}
}

static uint64_t read64(const unsigned char *at)
{
	uint64_t word;

	memcpy(&word, at, sizeof(word));
	return le64toh(word);
}

static void write64(uint64_t word, unsigned char *at)
{
	word = htole64(word);
	memcpy(at, &word, sizeof(word));
}

static void add_word(struct siphash *s, uint64_t word)
{
	s->v[3] ^= word;
	rounds(s->v, 2);
	s->v[0] ^= word;
}

void siphash_init(struct siphash *s, const unsigned char key[16])
{
	uint64_t low = read64(key), high = read64(key + 8);

	*s = (struct siphash){.v = {
				      low ^ 0x736f6d6570736575,
				      high ^ 0x646f72616e646f6d ^ 0xee,
				      low ^ 0x6c7967656e657261,
				      high ^ 0x7465646279746573,
			      }};
}

void siphash_add(struct siphash *s, const void *data, size_t len)
{
	const unsigned char *at = data, *end = at + len;
	size_t n = s->len % 8;

	s->len += len;
	for (; n && at < end; at++) {
		s->tail[n++] = *at;
		if (n < 8)
			continue;
		add_word(s, read64(s->tail));
		n = 0;
	}
	for (; end - at >= 8; at += 8)
		add_word(s, read64(at));
	for (; at < end; at++)
		s->tail[n++] = *at;
}

void siphash_end(struct siphash *s, unsigned char ret[SIPHASH_LEN])
{
	memset(s->tail + s->len % 8, 0, 8 - s->len % 8);
	add_word(s, read64(s->tail) | (uint64_t)s->len << 56);
	s->v[2] ^= 0xee;
	rounds(s->v, 4);
	write64(s->v[0] ^ s->v[1] ^ s->v[2] ^ s->v[3], ret);
	s->v[1] ^= 0xdd;
	rounds(s->v, 4);
	write64(s->v[0] ^ s->v[1] ^ s->v[2] ^ s->v[3], ret + 8);
}
