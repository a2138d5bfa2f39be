/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The value of one parameter in a parameter structure, as the program will see it. */
#ifndef MODEL_PARAM_H
#define MODEL_PARAM_H

#include "base/buf.h"
#include "model/matcher.h"

/* PARAM_INT and PARAM_BOOL. */
uint64_t param_number(const struct param *param, const unsigned char *params);
void param_set_number(const struct param *param, unsigned char *params, uint64_t value);

/* PARAM_BYTES. A stored length beyond the capacity is given as the capacity. */
const unsigned char *param_bytes(const struct param *param, const unsigned char *params,
				 size_t *ret_len);
/* len is at most param_bytes_max(); the rest becomes 0. */
void param_set_bytes(const struct param *param, unsigned char *params, const void *data,
		     size_t len);
/* How many bytes a PARAM_BYTES of `len` bytes in the structure can hold. */
size_t param_bytes_max(size_t len);

/* PARAM_ENUM: the number of a word; false: there is none. The word of a number, or NULL. */
bool param_find_word(const struct param *param, const char *word, size_t len, uint32_t *ret);
const char *param_word(const struct param *param, uint32_t number);

/* PARAM_RATE. The units, as expressions write them; NULL behind the last. */
struct param_unit {
	const char *name;
	uint64_t ns;
};
extern const struct param_unit param_periods[]; /* second, minute, hour, day */
extern const struct param_unit param_times[];   /* of durations, the longest first: h .. ns */
void param_set_rate(const struct param *param, unsigned char *params, uint64_t count, uint64_t ns);
/* PARAM_ADDRESS and PARAM_PREFIX: family 4 or 6, 4 or 16 bytes; bits: of a prefix. */
void param_set_address(const struct param *param, unsigned char *params, uint8_t family,
		       const uint8_t *bytes, uint8_t bits);

/* Whether MFW_RANGE says something about it. */
bool param_has_range(const struct param *param);
/* Whether the value is within the parameter's range. */
bool param_in_range(const struct param *param, const unsigned char *params);
bool param_equal(const struct param *param, const unsigned char *a, const unsigned char *b);
/* The value as it is written in an expression. 0 or -ENOMEM. */
int param_print(const struct param *param, const unsigned char *params, struct buf *out);

#endif
