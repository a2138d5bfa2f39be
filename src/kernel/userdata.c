/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/userdata.h"

#include <libnftnl/udata.h>
#include <string.h>

enum {
	UDATA_COMMENT = NFTNL_UDATA_RULE_COMMENT,
	UDATA_REF = 0xd0,     /* text with NUL */
	UDATA_KIND = 0xd1,    /* u8, enum match_kind */
	UDATA_PROGRAM = 0xd2, /* u32 in host order: the program's id */
	UDATA_HASH = 0xd3,    /* PROGRAM_HASH_LEN bytes */
};

_Static_assert(2 + MFW_COMMENT_MAX + 1 + 2 + MFW_NAME_MAX + 1 + 2 + 1 + 2 + 4 + 2 +
			       PROGRAM_HASH_LEN <=
		       USERDATA_MAX,
	       "the longest user data fits");

static size_t put(unsigned char *at, uint8_t type, const void *value, size_t len)
{
	at[0] = type;
	at[1] = len;
	memcpy(at + 2, value, len);
	return len + 2;
}

size_t userdata_write(const struct rule *rule, unsigned char ret[USERDATA_MAX])
{
	uint8_t kind = rule->kind;
	size_t n = 0;

	if (rule->pub.comment)
		n += put(ret + n, UDATA_COMMENT, rule->pub.comment, strlen(rule->pub.comment) + 1);
	n += put(ret + n, UDATA_REF, rule->pub.ref, strlen(rule->pub.ref) + 1);
	n += put(ret + n, UDATA_KIND, &kind, 1);
	if (rule->program) {
		n += put(ret + n, UDATA_PROGRAM, &rule->program->id, 4);
		n += put(ret + n, UDATA_HASH, rule->program->hash, PROGRAM_HASH_LEN);
	}
	return n;
}

static void read_text(char *ret, size_t size, const unsigned char *value, size_t len)
{
	if (len && len <= size && !value[len - 1])
		memcpy(ret, value, len);
}

static void read_one(uint8_t type, const unsigned char *value, size_t len, struct userdata *ret)
{
	switch (type) {
	case UDATA_COMMENT: read_text(ret->comment, sizeof(ret->comment), value, len); break;
	case UDATA_REF: read_text(ret->ref, sizeof(ret->ref), value, len); break;
	case UDATA_KIND: ret->kind = len == 1 ? value[0] : 0; break;
	case UDATA_PROGRAM:
		if (len == 4)
			memcpy(&ret->prog_id, value, 4);
		break;
	case UDATA_HASH:
		ret->has_program = len == PROGRAM_HASH_LEN;
		if (ret->has_program)
			memcpy(ret->hash, value, len);
		break;
	}
}

void userdata_read(const void *data, size_t len, struct userdata *ret)
{
	const unsigned char *at = data;

	*ret = (struct userdata){};
	while (len >= 2 && len - 2 >= at[1]) {
		size_t used = 2u + at[1];

		read_one(at[0], at + 2, at[1], ret);
		at += used;
		len -= used;
	}
}
