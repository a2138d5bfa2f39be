/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/param.h"

#include <mfw/packet.h>

#include <inttypes.h>
#include <string.h>

#define BYTES_HEAD offsetof(struct mfw_bytes_16, data)

uint64_t param_number(const struct param *param, const unsigned char *params)
{
	const unsigned char *at = params + param->offset;
	uint16_t u16;
	uint32_t u32;
	uint64_t u64;

	switch (param->len) {
	case 1: return *at;
	case 2: memcpy(&u16, at, 2); return u16;
	case 4: memcpy(&u32, at, 4); return u32;
	default: memcpy(&u64, at, 8); return u64;
	}
}

void param_set_number(const struct param *param, unsigned char *params, uint64_t value)
{
	unsigned char *at = params + param->offset;
	uint16_t u16 = value;
	uint32_t u32 = value;

	switch (param->len) {
	case 1: *at = value; break;
	case 2: memcpy(at, &u16, 2); break;
	case 4: memcpy(at, &u32, 4); break;
	default: memcpy(at, &value, 8); break;
	}
}

size_t param_bytes_max(size_t len)
{
	return len > BYTES_HEAD ? len - BYTES_HEAD : 0;
}

const unsigned char *param_bytes(const struct param *param, const unsigned char *params,
				 size_t *ret_len)
{
	size_t max = param_bytes_max(param->len);
	uint16_t len;

	memcpy(&len, params + param->offset, sizeof(len));
	*ret_len = len < max ? len : max;
	return params + param->offset + BYTES_HEAD;
}

void param_set_bytes(const struct param *param, unsigned char *params, const void *data, size_t len)
{
	unsigned char *at = params + param->offset;
	uint16_t stored = len;

	memset(at, 0, param->len);
	memcpy(at, &stored, sizeof(stored));
	if (len)
		memcpy(at + BYTES_HEAD, data, len);
}

bool param_in_range(const struct param *param, const unsigned char *params)
{
	uint64_t value;
	uint16_t len;

	if (param->type == PARAM_BYTES) {
		memcpy(&len, params + param->offset, sizeof(len));
		value = len;
	} else {
		value = param_number(param, params);
	}
	return value >= param->pub.min && value <= param->pub.max;
}

bool param_equal(const struct param *param, const unsigned char *a, const unsigned char *b)
{
	return !memcmp(a + param->offset, b + param->offset, param->len);
}

int param_print(const struct param *param, const unsigned char *params, struct buf *out)
{
	const unsigned char *data;
	size_t len;

	switch (param->type) {
	case PARAM_BOOL: return buf_add_str(out, param_number(param, params) ? "true" : "false");
	case PARAM_BYTES:
		data = param_bytes(param, params, &len);
		return buf_add_quoted(out, data, len);
	default: return buf_printf(out, "%" PRIu64, param_number(param, params));
	}
}
