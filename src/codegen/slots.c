/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which fields of matchers a program keeps, and where. */
#include "codegen/ask.h"
#include "expr/constant.h"

#include <string.h>

/* Different fields that are counted; those beyond are asked for anew each time. */
#define USES_MAX 64

struct uses {
	struct {
		const struct field *field;
		unsigned n;
	} items[USES_MAX];
	size_t n;
};

static void count(struct uses *uses, const struct field *field)
{
	size_t i = 0;

	while (i < uses->n && uses->items[i].field != field)
		i++;
	if (i == USES_MAX)
		return;
	if (i == uses->n)
		uses->items[uses->n++].field = field;
	uses->items[i].n++;
}

const struct field *names_field(const struct matcher *matcher)
{
	return matcher->params[matcher->pub.n_params - 1].names_of;
}

static void count_in(struct uses *uses, const struct expr *expr)
{
	const struct field *field = expr->value ? value_field(expr->value) : NULL;

	if (field && field->kind == FIELD_OF_MATCHER)
		count(uses, field);
	if (expr->value && expr->value->list)
		count(uses, names_field(expr->value->matcher));
	for (size_t i = 0; i < expr->n_operands; i++)
		count_in(uses, expr->operands[i]);
}

static int take(struct slots *slots, int size)
{
	slots->bottom -= size;
	return slots->bottom;
}

/*
 * A byte whose value the verifier does not follow. In the first one of a word it would, from Linux
 * 6.8 on, and go through what is behind once for each.
 */
static int take_state(struct slots *slots)
{
	int at = take(slots, 1);

	return at % 8 ? at : take(slots, 1);
}

static void set_state(struct slots *slots, size_t i)
{
	struct slot *slot = &slots->items[i];

	slot->missing = 1;
	slot->there = 2;
	if (!slot->field->made) {
		slot->state = take_state(slots);
		return;
	}
	if (!slots->holds)
		slots->holds = take_state(slots);
	slot->state = slots->holds;
	slot->missing += 2 * i;
	slot->there += 2 * i;
}

/* Whole words stand above the bytes. */
static void place(struct slots *slots)
{
	for (size_t i = 0; i < slots->n; i++) {
		const struct field *field = slots->items[i].field;

		if (field->type != FIELD_BOOL && !field->made)
			slots->items[i].place = take(slots, 8);
	}
}

const struct list_slot *slots_list(const struct slots *slots, const struct expr *compare)
{
	for (size_t i = 0; i < slots->n_lists; i++)
		if (slots->lists[i].list.shared == compare->shared &&
		    !strcmp(slots->lists[i].list.list, compare->list))
			return &slots->lists[i];
	return NULL;
}

static void plan_lists(const struct expr *expr, struct slots *slots)
{
	for (size_t i = 0; i < expr->n_operands; i++)
		plan_lists(expr->operands[i], slots);
	if (!expr->list || slots_list(slots, expr))
		return;
	if (slots->n_lists == CODEGEN_LISTS_MAX) {
		slots->many_lists = true;
		return;
	}
	slots->lists[slots->n_lists++] = (struct list_slot){
		.list = {expr->list, expr->shared},
		.place = take(slots, 8),
	};
}

void slots_plan(const struct expr *expr, struct slots *ret)
{
	struct uses uses = {};

	*ret = (struct slots){.bottom = FRAME_SCRATCH};
	plan_lists(expr, ret);
	count_in(&uses, expr);
	for (size_t i = 0; i < uses.n; i++)
		if (uses.items[i].field->made && !ret->value)
			ret->value = take(ret, 8);
	for (size_t i = 0; i < uses.n && ret->n < SLOTS_MAX; i++)
		if (uses.items[i].n > 1)
			ret->items[ret->n++].field = uses.items[i].field;
	place(ret);
	for (size_t i = 0; i < ret->n; i++)
		set_state(ret, i);
}

const struct slot *slots_find(const struct slots *slots, const struct field *field)
{
	for (size_t i = 0; i < slots->n; i++)
		if (slots->items[i].field == field)
			return &slots->items[i];
	return NULL;
}
