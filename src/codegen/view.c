/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "codegen/view.h"

/* All bytes of a header, to the end of the packet. */
static void load_header(struct asker *a, const struct field *field, uint32_t missing)
{
	struct code *code = a->code;

	ask_present(a, field->l4, missing);
	if (field->id == FIELD_IP_HEADER) {
		code_store_value(code, 4, BPF_REG_10, VIEW(off), 0);
	} else {
		code_load(code, 4, BPF_REG_1, BPF_REG_10, PKT(l4_off));
		code_store(code, 4, BPF_REG_10, VIEW(off), BPF_REG_1);
	}
	code_load(code, 4, BPF_REG_1, BPF_REG_10, PKT(end));
	code_store(code, 4, BPF_REG_10, VIEW(end), BPF_REG_1);
}

static void cut(struct asker *a, const struct value *substring)
{
	ask_set_frame(a, BPF_REG_1, FRAME_VIEW);
	code_set(a->code, BPF_REG_2, substring->start);
	code_set(a->code, BPF_REG_3, substring->has_end ? substring->end : INT32_MAX);
	code_call_runtime(a->code, RUNTIME_VIEW_CUT);
}

/* lower() changes no length, so it does not matter where among the substrings it stands. */
void view_load(struct asker *a, const struct value *value, bool *ret_fold, uint32_t missing)
{
	if (value->kind == VALUE_FIELD && value->field->kind == FIELD_OF_MATCHER) {
		ask_field_load(a, value->field, missing);
		return;
	}
	if (value->kind == VALUE_FIELD) {
		load_header(a, value->field, missing);
		return;
	}
	view_load(a, value->of, ret_fold, missing);
	if (value->kind == VALUE_LOWER)
		*ret_fold = true;
	else
		cut(a, value);
}

void view_set_bytes(struct asker *a)
{
	if (a->made)
		ask_room_set(a, BPF_REG_1);
	else
		code_move(a->code, BPF_REG_1, BPF_REG_6);
}

void view_len(struct asker *a)
{
	code_load(a->code, 4, BPF_REG_1, BPF_REG_10, VIEW(end));
	code_load(a->code, 4, BPF_REG_2, BPF_REG_10, VIEW(off));
	code_alu32_reg(a->code, BPF_SUB, BPF_REG_1, BPF_REG_2);
}

void view_load_len(struct asker *a, const struct value *value, uint32_t missing)
{
	bool fold = false;

	view_load(a, value, &fold, missing);
	view_len(a);
}
