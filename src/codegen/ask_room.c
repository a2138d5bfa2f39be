/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "codegen/ask.h"
#include "codegen/room.h"

#include <linux/bpf.h>

/* r0 = the CPU's places. */
static void find_places(struct asker *a, uint32_t no)
{
	struct code *code = a->code;

	code_store_value(code, 4, BPF_REG_10, FRAME_SCRATCH, 0);
	code_set_map(code, BPF_REG_1, (struct code_map){});
	ask_set_frame(a, BPF_REG_2, FRAME_SCRATCH);
	code_call_helper(code, BPF_FUNC_map_lookup_elem);
	/* They are there; the verifier does not know. */
	code_jump_null(code, BPF_REG_0, no);
}

/*
 * Jumps to `found` with the number of the place in memory, in a byte that the verifier does not
 * follow: it would go through all that is behind for each place.
 */
static void take_place(struct asker *a, uint32_t found, uint32_t no)
{
	struct code *code = a->code;

	for (int i = 0; i < ROOMS; i++) {
		code_store_value(code, 1, BPF_REG_10, FRAME_SCRATCH + 1, i);
		code_set(code, BPF_REG_1, 1);
		code_exchange(code, BPF_REG_0, i * (int)sizeof(struct room), BPF_REG_1);
		code_jump_null(code, BPF_REG_1, found);
	}
	code_goto(code, no);
}

void ask_room_begin(struct asker *a, uint32_t no)
{
	struct code *code = a->code;
	uint32_t found;

	if (!a->slots.value)
		return;
	found = code_label(code);
	find_places(a, no);
	take_place(a, found, no);
	code_place(code, found);
	code_load(code, 1, BPF_REG_1, BPF_REG_10, FRAME_SCRATCH + 1);
	code_alu64(code, BPF_AND, BPF_REG_1, ROOMS - 1);
	code_alu64(code, BPF_MUL, BPF_REG_1, sizeof(struct room));
	code_alu64_reg(code, BPF_ADD, BPF_REG_0, BPF_REG_1);
	code_alu64(code, BPF_ADD, BPF_REG_0, offsetof(struct room, value));
	code_store(code, 8, BPF_REG_10, a->slots.value, BPF_REG_0);
}

void ask_room_set(struct asker *a, int reg)
{
	code_load(a->code, 8, reg, BPF_REG_10, a->slots.value);
}

void ask_room_end(struct asker *a)
{
	if (!a->slots.value)
		return;
	ask_room_set(a, BPF_REG_1);
	code_store_value(a->code, 8, BPF_REG_1,
			 (int)offsetof(struct room, taken) - (int)offsetof(struct room, value), 0);
}
