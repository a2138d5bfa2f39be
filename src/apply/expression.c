/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/expression.h"

#include <errno.h>
#include <string.h>

#include "apply/geodata.h"
#include "expr/constant.h"

int expression_open(struct scope *scope, const char *text, struct expression *ret,
		    struct mfw_err **err)
{
	const struct scheme scheme = scope_scheme(scope);
	int r = expr_parse(text, &scheme, &ret->written, err);

	r = r ? r : expr_parse(text, &scheme, &ret->folded, err);
	r = r ? r : context_node(scope->mfw, ret->written, err);
	r = r ? r : scope_open(scope, ret->written, &ret->lists, err);
	if (r)
		return r;
	if (expr_print(ret->written, &ret->text) || expr_fold(&ret->folded, &scheme))
		return err_nomem(err);
	ret->input = (struct codegen_input){
		.expr = ret->folded,
		.source = ret->text.data,
		.written = text,
		.path = scope->mfw->lib_path,
	};
	return 0;
}

/* ---- what its program is bound to ---- */

/* Takes the slot. 0 or -ENOMEM. */
static int add_map(struct expression *e, const char *name, int *slot, uint32_t id)
{
	struct prog_map *maps = reallocarray(e->maps, e->n_maps + 1, sizeof(*maps));
	uint32_t *ids;

	if (!maps)
		return -ENOMEM;
	e->maps = maps;
	ids = reallocarray(e->map_ids, e->n_maps + 1, sizeof(*ids));
	if (!ids)
		return -ENOMEM;
	e->map_ids = ids;
	maps[e->n_maps].name = strdup(name);
	if (!maps[e->n_maps].name)
		return -ENOMEM;
	maps[e->n_maps].fd = steal_fd(slot);
	ids[e->n_maps++] = id;
	return 0;
}

static bool asks_geo(const struct expr *expr, enum geo_kind kind)
{
	const struct field *field = expr->value ? value_field(expr->value) : NULL;

	for (size_t i = 0; i < expr->n_operands; i++)
		if (asks_geo(expr->operands[i], kind))
			return true;
	return field && field->kind == FIELD_OF_ADDRESS &&
	       (kind == GEO_COUNTRY) == (field->type == FIELD_BYTES);
}

static int bind_slot(struct expression *e, const char *name, int *slot, struct mfw_err **err)
{
	uint32_t id;
	int r = kernel_map_id(*slot, &id);

	if (r)
		return err_make(err, -r, "bpf.map", "cannot look at a map: %s", strerror(-r));
	return add_map(e, name, slot, id) ? err_nomem(err) : 0;
}

static int bind_geo(const struct scope *scope, enum geo_kind kind, struct expression *e,
		    struct mfw_err **err)
{
	const struct buf *geo = &scope->mfw->given_geo[kind];
	bool given = scope->trial && geo->len, lack = scope->trial && !given;
	cleanup_close int slot = -1;
	int r = given ? geodata_new_slot(geo, &slot, err)
		      : geodata_slot(kind, &slot, lack ? NULL : err);

	if (r)
		return lack ? 0 : r;
	return bind_slot(e, geodata_map(kind), &slot, err);
}

static bool names_list(const struct expr *expr, const struct scope_list *list)
{
	for (size_t i = 0; i < expr->n_operands; i++)
		if (names_list(expr->operands[i], list))
			return true;
	return expr->list && expr->shared == list->shared && !strcmp(expr->list, list->name);
}

static int bind_list(const struct scope *scope, const struct scope_list *list, struct expression *e,
		     struct mfw_err **err)
{
	char name[CODEGEN_MAP_LEN];
	cleanup_close int slot = -1;
	int r = scope_slot(scope, list, &slot, err);

	codegen_list_map(list->name, list->shared, name);
	return r ? r : bind_slot(e, name, &slot, err);
}

int expression_bind(const struct scope *scope, struct expression *e, struct mfw_err **err)
{
	int r = 0;

	for (enum geo_kind kind = 0; kind < GEO_KINDS && !r; kind++)
		if (asks_geo(e->folded, kind))
			r = bind_geo(scope, kind, e, err);
	for (size_t i = 0; i < e->lists.n && !r; i++)
		if (names_list(e->folded, &e->lists.all[i]))
			r = bind_list(scope, &e->lists.all[i], e, err);
	e->input.maps = e->map_ids;
	e->input.n_maps = e->n_maps;
	return r;
}

void expression_clear(struct expression *e)
{
	for (size_t i = 0; i < e->n_maps; i++) {
		free((char *)e->maps[i].name);
		close(e->maps[i].fd);
	}
	scope_lists_clear(&e->lists);
	free(e->maps);
	free(e->map_ids);
	expr_free(e->written);
	expr_free(e->folded);
	buf_clear(&e->text);
}

/* ---- what can be said of it without lists and kernel ---- */

static int check_program(struct mfw *mfw, const struct scheme *scheme, const char *text,
			 struct expr **expr, struct expr_report *report)
{
	struct codegen_input input = {.written = text};
	struct mfw_err *err = NULL;

	if (context_node(mfw, *expr, &err))
		return err_list_add(&report->errors, err);
	if (expr_fold(expr, scheme))
		return -ENOMEM;
	input.expr = *expr;
	return codegen_check(&input, &report->errors);
}

int expression_check(struct mfw *mfw, const struct scheme *scheme, const char *text,
		     struct expr_report *report, struct buf *ret_text)
{
	cleanup_expr struct expr *expr = NULL;
	int r = expr_check(text, scheme, &expr, report);

	if (r)
		return r == -ENOMEM || !report->errors.n ? -ENOMEM : 0;
	if (ret_text && expr_print(expr, ret_text))
		return -ENOMEM;
	return check_program(mfw, scheme, text, &expr, report);
}
