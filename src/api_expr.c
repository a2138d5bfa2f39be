/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The public functions about expressions. */
#include <errno.h>
#include <string.h>

#include "apply/expression.h"

struct mfw_checked {
	struct expr_report report;
	struct buf text;
	bool sound;
};

DEFINE_CLEANUP(checked_free, struct mfw_checked *, mfw_checked_free)

int mfw_expr_check(struct mfw *mfw, const char *text, struct mfw_checked **ret,
		   struct mfw_err **err)
{
	cleanup(checked_free_p) struct mfw_checked *checked = calloc(1, sizeof(*checked));
	struct scope scope = {.mfw = mfw, .customer = mfw->customer, .trial = true};
	const struct scheme scheme = scope_scheme(&scope);

	if (!checked || expression_check(mfw, &scheme, text, &checked->report, &checked->text))
		return err_nomem(err);
	checked->sound = !checked->report.errors.n;
	*ret = steal_ptr(checked);
	return 0;
}

static const struct mfw_err *get(const struct err_list *list, size_t i)
{
	return i < list->n ? list->items[i] : NULL;
}

const struct mfw_err *mfw_checked_error(const struct mfw_checked *checked, size_t i)
{
	return get(&checked->report.errors, i);
}

const struct mfw_err *mfw_checked_warning(const struct mfw_checked *checked, size_t i)
{
	return get(&checked->report.warnings, i);
}

const char *mfw_checked_text(const struct mfw_checked *checked)
{
	return checked->sound ? checked->text.data : NULL;
}

void mfw_checked_free(struct mfw_checked *checked)
{
	if (!checked)
		return;
	expr_report_clear(&checked->report);
	buf_clear(&checked->text);
	free(checked);
}

bool mfw_field_get(size_t i, struct mfw_field *ret)
{
	const struct field *field = field_at(i);
	struct mfw_field found;

	if (!field)
		return false;
	found = (struct mfw_field){
		.size = ret->size,
		.name = field->name,
		.type = field_type_name(field->type),
		.doc = field->doc,
		.min = field->min,
		.max = field->max,
	};
	memcpy(ret, &found, ret->size < sizeof(found) ? ret->size : sizeof(found));
	return true;
}
