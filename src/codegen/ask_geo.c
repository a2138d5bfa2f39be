/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What data sets say about addresses. A country is a text in the language and a number in the data:
 * what is asked of the text is answered here for each that there may be, as in ask_proto.c.
 */
#include "codegen/ask.h"
#include "expr/constant.h"
#include "expr/country.h"

#include <errno.h>

/* w1 = the number that is said; bpf/lib answers 0 for nothing, otherwise one more than that. */
static void load_said(struct asker *a, enum runtime_function function, bool destination,
		      uint32_t missing)
{
	struct code *code = a->code;

	ask_set_frame(a, BPF_REG_1, FRAME_PKT);
	code_set(code, BPF_REG_2, destination);
	code_call_runtime(code, function);
	code_jump_null(code, BPF_REG_0, missing);
	code_alu64(code, BPF_SUB, BPF_REG_0, 1);
	code_alu32_reg(code, BPF_MOV, BPF_REG_1, BPF_REG_0);
}

void ask_load_asnum(struct asker *a, const struct field *field, uint32_t missing)
{
	load_said(a, RUNTIME_ASNUM, field->id == FIELD_IP_DST_ASNUM, missing);
}

void ask_load_country(struct asker *a, const struct field *field, uint32_t missing)
{
	load_said(a, RUNTIME_COUNTRY, field->id == FIELD_IP_DST_COUNTRY, missing);
}

void ask_country(struct asker *a, const struct expr *expr, struct ways ways)
{
	cleanup_ranges struct ranges ranges = {};
	bool fits[COUNTRIES];

	if (country_answers(expr, fits)) {
		a->code->error = -ENOMEM;
		return;
	}
	for (unsigned country = 0; country < COUNTRIES; country++)
		if (fits[country])
			ranges_add(a->code, &ranges, country, country);
	ranges_tidy(&ranges);
	ask_load_country(a, value_field(expr->value), ways.no);
	ask_ranges(a, &ranges, UINT32_MAX, ways);
}
