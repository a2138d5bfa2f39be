/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What matchers find in packets: a call of the field's function, or what it said before. */
#include "codegen/ask.h"

#include <linux/bpf.h>

/* ---- calls ---- */

/* Where in the frame the function puts what it finds; 0: nowhere. */
static int place_of(const struct asker *a, const struct field *field)
{
	const struct slot *slot = slots_find(&a->slots, field);

	if (field->type == FIELD_BOOL || field->made)
		return 0;
	if (slot)
		return slot->place;
	return field->type == FIELD_INT ? FRAME_SCRATCH : FRAME_VIEW;
}

/*
 * r0 = the answer. What is lent to the function is written before: until Linux 6.3 the verifier
 * wants it to be.
 */
static void call(struct asker *a, const struct field *field)
{
	struct code *code = a->code;
	int place = place_of(a, field);

	if (place)
		code_store_value(code, 8, BPF_REG_10, place, 0);
	code_move(code, BPF_REG_1, BPF_REG_6);
	ask_set_frame(a, BPF_REG_2, FRAME_PKT);
	if (field->made)
		ask_room_set(a, BPF_REG_3);
	else if (place)
		ask_set_frame(a, BPF_REG_3, place);
	code_call(code, (struct code_function){.matcher = field->matcher, .field = field});
}

/* The byte becomes `missing` or `there`, by r0, without a branch. */
static void set_state(struct asker *a, const struct slot *slot)
{
	struct code *code = a->code;

	code_alu32_reg(code, BPF_MOV, BPF_REG_1, BPF_REG_0);
	code_alu32(code, BPF_NEG, BPF_REG_1, 0);
	code_alu32_reg(code, BPF_OR, BPF_REG_1, BPF_REG_0);
	code_alu32(code, BPF_RSH, BPF_REG_1, 31);
	code_alu32(code, BPF_ADD, BPF_REG_1, slot->missing);
	code_store(code, 1, BPF_REG_10, slot->state, BPF_REG_1);
}

/* What is in the buffer from now on is not what a slot says. */
static void forget_value(struct asker *a, const struct field *field)
{
	if (field->made && a->slots.holds)
		code_store_value(a->code, 1, BPF_REG_10, a->slots.holds, 0);
}

/* Falls through when the field is there. */
static void require(struct asker *a, const struct field *field, uint32_t missing)
{
	const struct slot *slot = slots_find(&a->slots, field);
	struct code *code = a->code;
	uint32_t there;

	if (!slot) {
		call(a, field);
		forget_value(a, field);
		code_jump32(code, BPF_JEQ, BPF_REG_0, 0, missing);
		return;
	}
	there = code_label(code);
	code_load(code, 1, BPF_REG_1, BPF_REG_10, slot->state);
	code_jump32(code, BPF_JEQ, BPF_REG_1, slot->missing, missing);
	code_jump32(code, BPF_JEQ, BPF_REG_1, slot->there, there);
	call(a, field);
	set_state(a, slot);
	code_jump32(code, BPF_JEQ, BPF_REG_0, 0, missing);
	code_place(code, there);
}

/* ---- values ---- */

void ask_field_load(struct asker *a, const struct field *field, uint32_t missing)
{
	int place = place_of(a, field), to = field->type == FIELD_INT ? FRAME_SCRATCH : FRAME_VIEW;
	struct code *code = a->code;

	require(a, field, missing);
	if (field->made) {
		ask_room_set(a, BPF_REG_1);
		code_load(code, 4, BPF_REG_1, BPF_REG_1, offsetof(struct mfw_value, len));
		code_store_value(code, 4, BPF_REG_10, FRAME_VIEW, 0);
		code_store(code, 4, BPF_REG_10, FRAME_VIEW + (int)offsetof(struct mfw_view, end),
			   BPF_REG_1);
	} else if (place != to) {
		code_load(code, 8, BPF_REG_1, BPF_REG_10, place);
		code_store(code, 8, BPF_REG_10, to, BPF_REG_1);
	}
}

void ask_field_test(struct asker *a, const struct field *field, struct ways ways)
{
	require(a, field, ways.no);
	ask_end(a, true, ways);
}

void ask_field_fold(struct asker *a, const struct field *field)
{
	ask_room_set(a, BPF_REG_1);
	code_call_runtime(a->code, RUNTIME_VALUE_FOLD);
	forget_value(a, field);
}

/* ---- the beginning ---- */

/*
 * 0, which the verifier does not know: of a byte that it knows to be 0 here and not there it would
 * go through what is behind for both.
 */
void ask_field_begin(struct asker *a)
{
	struct code *code = a->code;

	if (!a->slots.n)
		return;
	code_load(code, 4, BPF_REG_1, BPF_REG_6, offsetof(struct __sk_buff, len));
	code_alu32(code, BPF_RSH, BPF_REG_1, 31);
	for (size_t i = 0; i < a->slots.n; i++) {
		const struct slot *slot = &a->slots.items[i];

		code_store(code, 1, BPF_REG_10, slot->state, BPF_REG_1);
		if (slot->place)
			code_store_value(code, 8, BPF_REG_10, slot->place, 0);
	}
}
