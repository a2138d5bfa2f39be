/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lists. The functions of bpf/lib that look into them are lent a map, which only a function that is
 * a part of its caller to the verifier can be: it goes through it for each question.
 */
#include "codegen/view.h"
#include "expr/constant.h"
#include "model/proto.h"

#include <errno.h>
#include <mfw/list.h>
#include <string.h>

/* Where the program's own memory is used for the key. */
void ask_list_begin(struct asker *a, uint32_t no)
{
	struct code *code = a->code;

	for (size_t i = 0; i < a->slots.n_lists; i++) {
		const struct list_slot *slot = &a->slots.lists[i];

		code_store_value(code, 4, BPF_REG_10, FRAME_SCRATCH, 0);
		code_set_map(code, BPF_REG_1, slot->list);
		ask_set_frame(a, BPF_REG_2, FRAME_SCRATCH);
		code_call_helper(code, BPF_FUNC_map_lookup_elem);
		/* There is always one; the verifier does not know. */
		code_jump_null(code, BPF_REG_0, no);
		code_store(code, 8, BPF_REG_10, slot->place, BPF_REG_0);
	}
}

/* r1 = the generation. */
static void load_list(struct asker *a, const struct expr *compare)
{
	const struct list_slot *slot = slots_list(&a->slots, compare);

	if (slot)
		code_load(a->code, 8, BPF_REG_1, BPF_REG_10, slot->place);
	else
		code_refuse(a->code, "an expression can name 8 lists: make it several rules");
}

static void find_address(struct asker *a, const struct expr *compare)
{
	bool source = compare->value->field->id == FIELD_IP_SRC;

	load_list(a, compare);
	ask_set_frame(a, BPF_REG_2, source ? PKT(saddr) : PKT(daddr));
	code_load(a->code, 1, BPF_REG_3, BPF_REG_10, PKT(version));
	code_call_runtime(a->code, RUNTIME_LIST_HAS);
}

/* ---- texts that are numbers in the packet: a table has them ---- */

/* An entry begins as struct mfw_value does. */
#define TEXT_STRIDE  32
#define TEXT_LEN_MAX (TEXT_STRIDE - 8)

static int add_text(struct buf *table, const struct value *value, const char *text)
{
	cleanup_buf struct buf bytes = {}, left = {};
	char entry[TEXT_STRIDE] = {};
	uint32_t len;

	if (buf_add_str(&bytes, text) || constant_bytes(value, &bytes, &left))
		return -ENOMEM;
	len = left.len < TEXT_LEN_MAX ? (uint32_t)left.len : TEXT_LEN_MAX;
	memcpy(entry, &len, sizeof(len));
	if (len)
		memcpy(entry + 8, left.data, len);
	return buf_add(table, entry, sizeof(entry));
}

/* w1 is a number below n, and the table has n texts: asks for that text. */
static void find_text(struct asker *a, const struct expr *compare, struct buf *table)
{
	/* Whoever reads the last one reads to the end of a value. */
	static const char behind[sizeof(struct mfw_value)];
	struct code *code = a->code;

	if (buf_add(table, behind, sizeof(behind))) {
		code->error = -ENOMEM;
		return;
	}
	code_alu64(code, BPF_LSH, BPF_REG_1, __builtin_ctz(TEXT_STRIDE));
	code_set_data(code, BPF_REG_2, table->data, table->len, false);
	code_alu64_reg(code, BPF_ADD, BPF_REG_2, BPF_REG_1);
	code_set(code, BPF_REG_3, 0);
	code_load(code, 4, BPF_REG_4, BPF_REG_2, 0);
	load_list(a, compare);
	code_call_runtime(code, RUNTIME_VALUE_NAME_HAS);
}

static void find_proto(struct asker *a, const struct expr *compare, struct ways ways)
{
	cleanup_buf struct buf table = {};

	for (unsigned proto = 0; proto <= UINT8_MAX && !a->code->error; proto++)
		if (add_text(&table, compare->value, proto_name((uint8_t)proto)))
			a->code->error = -ENOMEM;
	ask_present(a, FIELD_L4_NONE, ways.no);
	code_load(a->code, 1, BPF_REG_1, BPF_REG_10, PKT(proto));
	find_text(a, compare, &table);
}

#define COUNTRIES (26 * 26)

static void find_country(struct asker *a, const struct expr *compare, struct ways ways)
{
	cleanup_buf struct buf table = {};
	char name[] = "AA";

	for (unsigned i = 0; i < COUNTRIES && !a->code->error; i++) {
		name[0] = (char)('A' + i / 26);
		name[1] = (char)('A' + i % 26);
		if (add_text(&table, compare->value, name))
			a->code->error = -ENOMEM;
	}
	ask_load_country(a, value_field(compare->value), ways.no);
	code_jump32(a->code, BPF_JGE, BPF_REG_1, COUNTRIES, ways.no);
	find_text(a, compare, &table);
}

/* ---- a text that is known now ---- */

/* expr_fold() has put it there. */
static void find_known(struct asker *a, const struct expr *compare, struct ways ways)
{
	const struct buf *text = compare->n_literals ? &compare->literals[0].bytes : NULL;
	struct mfw_value value = {};

	if (!text) {
		code_refuse(a->code, NODE_UNKNOWN);
		return;
	}
	if (text->len > MFW_VALUE_MAX) {
		code_goto(a->code, ways.no);
		return;
	}
	value.len = text->len;
	if (text->len)
		memcpy(value.data, text->data, text->len);
	load_list(a, compare);
	code_set_data(a->code, BPF_REG_2, &value, sizeof(value), false);
	code_set(a->code, BPF_REG_3, 0);
	code_set(a->code, BPF_REG_4, (int32_t)text->len);
	code_call_runtime(a->code, RUNTIME_VALUE_NAME_HAS);
}

/* ---- bytes ---- */

static void find_bytes(struct asker *a, const struct expr *compare, struct ways ways)
{
	const struct field *field = value_field(compare->value);
	bool fold = false;

	view_load(a, compare->value, &fold, ways.no);
	if (field->made && fold)
		ask_field_fold(a, field);
	load_list(a, compare);
	if (field->made) {
		ask_room_set(a, BPF_REG_2);
		code_load(a->code, 4, BPF_REG_3, BPF_REG_10, VIEW(off));
		code_load(a->code, 4, BPF_REG_4, BPF_REG_10, VIEW(end));
		code_call_runtime(a->code, RUNTIME_VALUE_NAME_HAS);
		return;
	}
	code_move(a->code, BPF_REG_2, BPF_REG_6);
	ask_set_frame(a, BPF_REG_3, FRAME_VIEW);
	code_set(a->code, BPF_REG_4, fold);
	code_call_runtime(a->code, RUNTIME_NAME_HAS);
}

void ask_names(struct asker *a, const struct expr *test, struct ways ways)
{
	ask_field_load(a, names_field(test->value->matcher), ways.no);
	load_list(a, test);
	ask_room_set(a, BPF_REG_2);
	code_load(a->code, 4, BPF_REG_3, BPF_REG_10, VIEW(off));
	code_load(a->code, 4, BPF_REG_4, BPF_REG_10, VIEW(end));
	code_call_runtime(a->code, RUNTIME_VALUE_DOMAIN_HAS);
	ask_end_jump32(a, BPF_JNE, BPF_REG_0, 0, ways);
}

void ask_list(struct asker *a, const struct expr *compare, struct ways ways)
{
	const struct field *field = value_field(compare->value);

	if (compare->value->type == FIELD_IP)
		find_address(a, compare);
	else if (field->id == FIELD_IP_PROTO)
		find_proto(a, compare, ways);
	else if (field->kind == FIELD_OF_ADDRESS)
		find_country(a, compare, ways);
	else if (field->kind == FIELD_OF_NODE)
		find_known(a, compare, ways);
	else
		find_bytes(a, compare, ways);
	ask_end_jump32(a, BPF_JNE, BPF_REG_0, 0, ways);
}
