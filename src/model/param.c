/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/param.h"

#include <mfw/packet.h>

#include <arpa/inet.h>
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

bool param_find_word(const struct param *param, const char *word, size_t len, uint32_t *ret)
{
	for (size_t i = 0; i < param->pub.n_words; i++) {
		if (strlen(param->pub.words[i]) != len || memcmp(param->pub.words[i], word, len))
			continue;
		*ret = param->numbers[i];
		return true;
	}
	return false;
}

const char *param_word(const struct param *param, uint32_t number)
{
	for (size_t i = 0; i < param->pub.n_words; i++)
		if (param->numbers[i] == number)
			return param->pub.words[i];
	return NULL;
}

/* ---- times, rates, addresses ---- */

#define SECOND UINT64_C(1000000000)

const struct param_unit param_periods[] = {
	{"second", SECOND},
	{"minute", 60 * SECOND},
	{"hour", 3600 * SECOND},
	{"day", 86400 * SECOND},
	{NULL, 0},
};

const struct param_unit param_times[] = {
	{"h", 3600 * SECOND}, {"m", 60 * SECOND}, {"s", SECOND}, {"ms", 1000000},
	{"us", 1000},         {"ns", 1},          {NULL, 0},
};

static const struct param_unit *find_period(uint64_t ns)
{
	for (const struct param_unit *unit = param_periods; unit->name; unit++)
		if (unit->ns == ns)
			return unit;
	return NULL;
}

void param_set_rate(const struct param *param, unsigned char *params, uint64_t count, uint64_t ns)
{
	const struct mfw_rate rate = {count, ns};

	memcpy(params + param->offset, &rate, sizeof(rate));
}

void param_set_address(const struct param *param, unsigned char *params, uint8_t family,
		       const uint8_t *bytes, uint8_t bits)
{
	struct mfw_prefix prefix = {.family = family};

	if (param->type == PARAM_PREFIX)
		prefix.bits = bits;
	memcpy(prefix.addr, bytes, family == 4 ? 4 : family == 6 ? 16 : 0);
	memcpy(params + param->offset, &prefix, sizeof(prefix));
}

static bool is_sound_prefix(const struct param *param, const unsigned char *params)
{
	struct mfw_prefix prefix;
	const uint8_t *bytes = (const uint8_t *)prefix.addr;
	size_t n, from;

	memcpy(&prefix, params + param->offset, sizeof(prefix));
	n = prefix.family == 4 ? 32 : prefix.family == 6 ? 128 : 0;
	if ((!n && prefix.family) || prefix.bits > n)
		return false;
	from = param->type == PARAM_PREFIX ? prefix.bits : n;
	for (size_t bit = from; bit < 128; bit++)
		if (bytes[bit / 8] & 128 >> bit % 8)
			return false;
	return true;
}

/* ---- all of them ---- */

bool param_has_range(const struct param *param)
{
	return param->type == PARAM_INT || param->type == PARAM_BYTES ||
	       param->type == PARAM_DURATION || param->type == PARAM_RATE;
}

bool param_in_range(const struct param *param, const unsigned char *params)
{
	uint64_t value;
	struct mfw_rate rate;
	uint16_t len;

	switch (param->type) {
	case PARAM_BYTES:
		memcpy(&len, params + param->offset, sizeof(len));
		value = len;
		break;
	case PARAM_ENUM: return param_word(param, param_number(param, params));
	case PARAM_ADDRESS:
	case PARAM_PREFIX: return is_sound_prefix(param, params);
	case PARAM_RATE:
		memcpy(&rate, params + param->offset, sizeof(rate));
		if (!find_period(rate.ns))
			return false;
		value = rate.count;
		break;
	default: value = param_number(param, params); break;
	}
	return value >= param->pub.min && value <= param->pub.max;
}

bool param_equal(const struct param *param, const unsigned char *a, const unsigned char *b)
{
	return !memcmp(a + param->offset, b + param->offset, param->len);
}

static int print_duration(uint64_t ns, struct buf *out)
{
	const struct param_unit *unit = param_times;

	if (!ns)
		return buf_add_str(out, "0s");
	while (ns % unit->ns)
		unit++;
	return buf_printf(out, "%" PRIu64 "%s", ns / unit->ns, unit->name);
}

static int print_rate(const struct param *param, const unsigned char *params, struct buf *out)
{
	const struct param_unit *unit;
	struct mfw_rate rate;

	memcpy(&rate, params + param->offset, sizeof(rate));
	unit = find_period(rate.ns);
	return buf_printf(out, "%" PRIu64 "/%s", (uint64_t)(uint64_t)rate.count,
			  unit ? unit->name : "second");
}

static int print_address(const struct param *param, const unsigned char *params, struct buf *out)
{
	char text[INET6_ADDRSTRLEN];
	struct mfw_prefix prefix;

	memcpy(&prefix, params + param->offset, sizeof(prefix));
	if (!prefix.family)
		return buf_add_str(out, "none");
	inet_ntop(prefix.family == 4 ? AF_INET : AF_INET6, prefix.addr, text, sizeof(text));
	if (param->type == PARAM_ADDRESS)
		return buf_add_str(out, text);
	return buf_printf(out, "%s/%u", text, prefix.bits);
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
	case PARAM_ENUM:
		return buf_printf(out, "\"%s\"",
				  param_word(param, param_number(param, params)) ?: "");
	case PARAM_DURATION: return print_duration(param_number(param, params), out);
	case PARAM_RATE: return print_rate(param, params, out);
	case PARAM_ADDRESS:
	case PARAM_PREFIX: return print_address(param, params, out);
	default: return buf_printf(out, "%" PRIu64, param_number(param, params));
	}
}
