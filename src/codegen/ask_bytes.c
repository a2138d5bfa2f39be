/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bytes of a header. The comparing is done by bpf/lib/bytes.bpf.c; here stands what is compared. */
#include "codegen/texts.h"
#include "codegen/view.h"
#include "expr/constant.h"

#include <errno.h>
#include <string.h>

#define TOO_LONG "the text is longer than the 256 bytes that can be searched for"

/* ---- texts ---- */

/* A register = the address of a part of a literal, as the runtime wants it. */
static void set_text(struct asker *a, int reg, const char *bytes, size_t len, bool fold)
{
	struct mfw_text text = {.len = len, .fold = fold};

	if (len)
		memcpy(text.data, bytes, len);
	code_set_data(a->code, reg, &text, sizeof(text), false);
}

static bool has_upper(const struct buf *text)
{
	for (size_t i = 0; i < text->len; i++)
		if (text->data[i] >= 'A' && text->data[i] <= 'Z')
			return true;
	return false;
}

static void call(struct asker *a, enum runtime_function of_packet, enum runtime_function of_value)
{
	view_set_bytes(a);
	ask_set_frame(a, BPF_REG_2, FRAME_VIEW);
	code_call_runtime(a->code, a->made ? of_value : of_packet);
}

/* ---- at a place ---- */

enum anchor { AT_START, AT_END, WHOLE };

/* r2 = where in the packet the text's byte `at` has to be; its length was compared before. */
static void set_place(struct asker *a, size_t len, size_t at, enum anchor anchor)
{
	int from = anchor == AT_END ? VIEW(end) : VIEW(off);
	int32_t distance = anchor == AT_END ? (int32_t)at - (int32_t)len : (int32_t)at;

	code_load(a->code, 4, BPF_REG_2, BPF_REG_10, from);
	if (distance)
		code_alu32(a->code, BPF_ADD, BPF_REG_2, distance);
}

/*
 * Eight bytes of the scratch. The bit by which letters' cases differ is set where the text has one:
 * nothing else becomes a letter by that.
 */
static void require_word(struct asker *a, const char *text, size_t len, size_t at, bool fold,
			 uint32_t no)
{
	uint8_t word[8] = {}, cases[8] = {};
	uint64_t number, mask;

	for (size_t i = 0; i < sizeof(word) && at + i < len; i++) {
		word[i] = text[at + i];
		cases[i] = fold && word[i] >= 'a' && word[i] <= 'z' ? 'a' - 'A' : 0;
	}
	memcpy(&number, word, sizeof(number));
	memcpy(&mask, cases, sizeof(mask));
	code_load(a->code, 8, BPF_REG_1, BPF_REG_10, FRAME_SCRATCH + (int)at);
	if (mask) {
		code_set64(a->code, BPF_REG_2, mask);
		code_alu64_reg(a->code, BPF_OR, BPF_REG_1, BPF_REG_2);
	}
	code_set64(a->code, BPF_REG_2, number);
	code_jump64(a->code, BPF_JNE, BPF_REG_1, BPF_REG_2, no);
}

/* A short text is compared right here, and costs a third of a call. */
static void require_short(struct asker *a, const char *text, size_t len, bool fold,
			  enum anchor anchor, uint32_t no)
{
	if (len % 8)
		code_store_value(a->code, 8, BPF_REG_10, FRAME_SCRATCH + (int)(len & ~7ul), 0);
	set_place(a, len, 0, anchor);
	ask_load_scratch(a, len);
	for (size_t at = 0; at < len; at += 8)
		require_word(a, text, len, at, fold, no);
}

/* In pieces of the length that the runtime takes. */
static void require_long(struct asker *a, const char *text, size_t len, bool fold,
			 enum anchor anchor, uint32_t no)
{
	for (size_t at = 0; at < len; at += MFW_TEXT_MAX) {
		size_t piece = len - at < MFW_TEXT_MAX ? len - at : MFW_TEXT_MAX;

		set_place(a, len, at, anchor);
		view_set_bytes(a);
		code_load(a->code, 4, BPF_REG_3, BPF_REG_10, VIEW(end));
		set_text(a, BPF_REG_4, text + at, piece, fold);
		code_call_runtime(a->code, a->made ? RUNTIME_VALUE_AT : RUNTIME_TEXT_AT);
		code_jump32(a->code, BPF_JEQ, BPF_REG_0, 0, no);
	}
}

/* Whether the text is there. Falls through when it is. */
static void require_at(struct asker *a, const char *text, size_t len, bool fold, enum anchor anchor,
		       uint32_t no)
{
	view_len(a);
	code_jump32(a->code, anchor == WHOLE ? BPF_JNE : BPF_JLT, BPF_REG_1, len, no);
	if (!len)
		return;
	if (len <= SCRATCH_LEN && !a->made)
		require_short(a, text, len, fold, anchor, no);
	else
		require_long(a, text, len, fold, anchor, no);
}

static void ask_at(struct asker *a, const struct buf *text, bool fold, enum anchor anchor,
		   struct ways ways)
{
	if (fold && has_upper(text)) {
		ask_end(a, false, ways);
		return;
	}
	require_at(a, text->data, text->len, fold, anchor, ways.no);
	ask_end(a, true, ways);
}

/* One after the other, but for those that are in a table. */
static void ask_in(struct asker *a, const struct expr *compare, bool fold, struct ways ways)
{
	const struct texts texts = texts_of(compare);

	for (size_t i = 0; i < compare->n_literals; i++) {
		const struct buf *text = &compare->literals[i].bytes;
		uint32_t other;

		if (texts_in_table(&texts, text->len))
			continue;
		other = code_label(a->code);
		ask_at(a, text, fold, WHOLE, (struct ways){ways.yes, other, other});
		code_place(a->code, other);
	}
	ask_texts(a, &texts, fold, ways);
}

/* ---- order ---- */

static void ask_order(struct asker *a, const struct expr *compare, bool fold, struct ways ways)
{
	static const int jumps[] = {
		[OP_LT] = BPF_JSLT, [OP_LE] = BPF_JSLE, [OP_GT] = BPF_JSGT, [OP_GE] = BPF_JSGE};
	const struct buf *text = &compare->literals[0].bytes;

	if (text->len > MFW_TEXT_MAX) {
		code_refuse(a->code, "the text is longer than the 256 bytes that can be "
				     "put in order");
		return;
	}
	set_text(a, BPF_REG_3, text->data, text->len, fold);
	call(a, RUNTIME_BYTES_ORDER, RUNTIME_VALUE_ORDER);
	ask_end_jump32(a, jumps[compare->op], BPF_REG_0, 0, ways);
}

/* ---- somewhere ---- */

/* Falls through when the text is in the view, which then begins behind it. */
static void require_find(struct asker *a, const char *bytes, size_t len, bool fold, uint32_t no)
{
	if (!len)
		return;
	if (len > MFW_TEXT_MAX) {
		code_refuse(a->code, TOO_LONG);
		return;
	}
	set_text(a, BPF_REG_3, bytes, len, fold);
	call(a, RUNTIME_BYTES_FIND, RUNTIME_VALUE_FIND);
	code_jump32(a->code, BPF_JEQ, BPF_REG_0, 0, no);
}

static void ask_contains(struct asker *a, const struct expr *compare, bool fold, struct ways ways)
{
	const struct buf *text = &compare->literals[0].bytes;

	if (fold && has_upper(text)) {
		ask_end(a, false, ways);
		return;
	}
	require_find(a, text->data, text->len, fold, ways.no);
	ask_end(a, true, ways);
}

/* ---- wildcards ---- */

/* What stands between two stars of a pattern, without its backslashes. */
struct run {
	struct buf text;
	bool star_before, star_behind;
};

static void run_clear(struct run *run)
{
	buf_clear(&run->text);
}

/* Takes one run from the pattern; returns how much of it that was. */
static size_t take_run(struct asker *a, const char *pattern, size_t len, bool fold, struct run *run)
{
	size_t i = 0;

	for (; i < len && pattern[i] != '*'; i++) {
		char c;

		i += pattern[i] == '\\' && i + 1 < len;
		c = pattern[i];
		if (fold && c >= 'A' && c <= 'Z')
			c += 'a' - 'A';
		if (buf_add(&run->text, &c, 1) && !a->code->error)
			a->code->error = -ENOMEM;
	}
	run->star_behind = i < len;
	return i + run->star_behind;
}

/* Moves the view behind what was found at its start. */
static void skip(struct asker *a, size_t len)
{
	code_load(a->code, 4, BPF_REG_1, BPF_REG_10, FRAME_VIEW);
	code_alu32(a->code, BPF_ADD, BPF_REG_1, len);
	code_store(a->code, 4, BPF_REG_10, FRAME_VIEW, BPF_REG_1);
}

/*
 * The first run stands at the start, the last one at the end, those between at the first place that
 * is left. fold: of the value or of the operator.
 */
static void require_run(struct asker *a, const struct run *run, bool fold, uint32_t no)
{
	const struct buf *text = &run->text;

	if (!run->star_before) {
		require_at(a, text->data, text->len, fold, run->star_behind ? AT_START : WHOLE, no);
		if (run->star_behind)
			skip(a, text->len);
	} else if (!run->star_behind) {
		require_at(a, text->data, text->len, fold, AT_END, no);
	} else {
		require_find(a, text->data, text->len, fold, no);
	}
}

static void ask_wildcard(struct asker *a, const struct expr *compare, bool fold, struct ways ways)
{
	const struct buf *pattern = &compare->literals[0].bytes;
	bool any_case = compare->op == OP_WILDCARD, before = false, behind = true;

	for (size_t at = 0; behind && !a->code->error;) {
		cleanup(run_clear) struct run run = {.star_before = before};

		at += take_run(a, pattern->data + at, pattern->len - at, any_case, &run);
		behind = run.star_behind;
		if (fold && !any_case && has_upper(&run.text)) {
			ask_end(a, false, ways);
			return;
		}
		require_run(a, &run, fold || any_case, ways.no);
		before = true;
	}
	ask_end(a, true, ways);
}

/* ---- all of them ---- */

static void ask_compare(struct asker *a, const struct expr *compare, bool fold, struct ways ways)
{
	switch (compare->op) {
	case OP_EQ: ask_at(a, &compare->literals[0].bytes, fold, WHOLE, ways); break;
	case OP_IN: ask_in(a, compare, fold, ways); break;
	case OP_CONTAINS: ask_contains(a, compare, fold, ways); break;
	case OP_WILDCARD:
	case OP_STRICT_WILDCARD: ask_wildcard(a, compare, fold, ways); break;
	default: ask_order(a, compare, fold, ways); break;
	}
}

void ask_bytes(struct asker *a, const struct expr *expr, struct ways ways)
{
	const struct value *value = expr->value;
	const struct field *field = value_field(value);
	bool fold = false;

	view_load(a, expr->kind == EXPR_TEST ? value->of : value, &fold, ways.no);
	a->made = field->made;
	if (a->made && (fold || expr->op == OP_WILDCARD))
		ask_field_fold(a, field);
	if (expr->kind == EXPR_COMPARE)
		ask_compare(a, expr, fold, ways);
	else
		ask_at(a, &value->text, fold, value->kind == VALUE_STARTS_WITH ? AT_START : AT_END,
		       ways);
}
