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

/* Whether the value is within the parameter's range. */
bool param_in_range(const struct param *param, const unsigned char *params);
bool param_equal(const struct param *param, const unsigned char *a, const unsigned char *b);
/* The value as it is written in an expression. 0 or -ENOMEM. */
int param_print(const struct param *param, const unsigned char *params, struct buf *out);

#endif
