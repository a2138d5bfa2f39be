/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The protocol is a name in the language and a number in the packet: what is asked of the name is
 * answered here for each of the 256 names, and leaves a set of numbers.
 */
#include "codegen/ask.h"
#include "expr/constant.h"
#include "model/proto.h"

#include <errno.h>

static int answer(const struct expr *expr, uint8_t proto, bool *ret)
{
	cleanup_buf struct buf name = {};

	if (buf_add_str(&name, proto_name(proto)))
		return -ENOMEM;
	return constant_answer(expr, &name, ret);
}

void ask_proto(struct asker *a, const struct expr *expr, struct ways ways)
{
	cleanup_ranges struct ranges ranges = {};
	bool fits = false;

	for (unsigned proto = 0; proto <= UINT8_MAX && !a->code->error; proto++) {
		if (answer(expr, proto, &fits))
			a->code->error = -ENOMEM;
		if (fits)
			ranges_add(a->code, &ranges, proto, proto);
	}
	ranges_tidy(&ranges);
	if (ranges_have(&ranges, 0))
		ask_present(a, FIELD_L4_NONE, ways.no);
	code_load(a->code, 1, BPF_REG_1, BPF_REG_10, PKT(proto));
	ask_ranges(a, &ranges, UINT8_MAX, ways);
}
