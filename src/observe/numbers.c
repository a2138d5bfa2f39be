/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "observe/numbers.h"

#include <errno.h>

int numbers_add(struct numbers *numbers, uint64_t number)
{
	static const char zeros[4096];

	while (numbers->bits.len <= number / 8)
		if (buf_add(&numbers->bits, zeros, sizeof(zeros)))
			return -ENOMEM;
	numbers->bits.data[number / 8] |= 1 << number % 8;
	numbers->n++;
	return 0;
}

uint64_t numbers_next(const struct numbers *numbers, uint64_t after)
{
	for (uint64_t number = after + 1; number / 8 < numbers->bits.len; number++) {
		unsigned char byte = numbers->bits.data[number / 8];

		if (!byte)
			number |= 7;
		else if (byte >> number % 8 & 1)
			return number;
	}
	return 0;
}

void numbers_clear(struct numbers *numbers)
{
	buf_clear(&numbers->bits);
}
