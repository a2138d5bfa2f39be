/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/state_read.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "apply/state.h"
#include "catalog/datum.h"

static void table_clear(struct state_table *t)
{
	for (size_t i = 0; t->texts && i < t->pub.n_entries * t->pub.n_columns; i++)
		free(t->texts[i]);
	for (size_t i = 0; t->columns && i < t->pub.n_columns; i++)
		free(t->columns[i].name);
	free(t->texts);
	free(t->columns);
	free(t->list);
	free(t->name);
}

void state_read_free(struct mfw_state *state)
{
	if (!state)
		return;
	for (size_t i = 0; i < state->n; i++)
		table_clear(&state->tables[i]);
	free(state->tables);
	free(state);
}

DEFINE_CLEANUP(state_read_cleanup, struct mfw_state *, state_read_free)

/* ---- from bytes to texts ---- */

/* The pieces of keys and of values of a map. */
struct pieces {
	struct datums key, value;
};

static void pieces_clear(struct pieces *p)
{
	datums_clear(&p->key);
	datums_clear(&p->value);
}

static int read_pieces(const struct map_content *content, struct pieces *ret)
{
	struct object types = {};
	int r;

	if (content->btf.len)
		types.btf = btf__new(content->btf.data, content->btf.len);
	r = datums_read(&types, content->key_type, content->key_len, &ret->key);
	r = r ? r : datums_read(&types, content->value_type, content->value_len, &ret->value);
	btf__free(types.btf);
	return r;
}

/* cpu -1: the value is one for all of them. */
static int set_column(struct state_column *c, const struct datum *datum, bool is_key, int cpu)
{
	const char *name = *datum->name ? datum->name : is_key ? "key" : "value";

	if (cpu < 0)
		c->name = strdup(name);
	else if (asprintf(&c->name, "%s@%d", name, cpu) < 0)
		c->name = NULL;
	c->pub = (struct mfw_state_column){MFW_SIZE(struct mfw_state_column), .name = c->name,
					   .is_key = is_key, .is_number = datum_is_number(datum)};
	return c->name ? 0 : -ENOMEM;
}

static int set_columns(struct state_table *t, const struct pieces *p, uint32_t n_cpus)
{
	size_t n_keys = datums_count(&p->key), n_values = datums_count(&p->value), at = n_keys;
	int r = 0;

	t->pub.n_columns = n_keys + n_values * (n_cpus ? n_cpus : 1);
	t->columns = calloc(t->pub.n_columns, sizeof(*t->columns));
	t->list = calloc(t->pub.n_columns, sizeof(*t->list));
	t->pub.columns = t->list;
	if (!t->columns || !t->list)
		return -ENOMEM;
	for (size_t i = 0; i < t->pub.n_columns; i++)
		t->list[i] = &t->columns[i].pub;
	for (size_t i = 0; i < n_keys && !r; i++)
		r = set_column(&t->columns[i], datums_get(&p->key, i), true, -1);
	for (uint32_t cpu = 0; cpu < (n_cpus ? n_cpus : 1); cpu++)
		for (size_t i = 0; i < n_values && !r; i++)
			r = set_column(&t->columns[at++], datums_get(&p->value, i), false,
				       n_cpus ? (int)cpu : -1);
	return r;
}

static int add_texts(const struct datums *datums, const void *whole, uint64_t now, char ***at)
{
	for (size_t i = 0; i < datums_count(datums); i++) {
		cleanup_buf struct buf text = {};

		if (datum_print(datums_get(datums, i), whole, now, &text))
			return -ENOMEM;
		*(*at)++ = buf_steal(&text);
		if (!(*at)[-1])
			return -ENOMEM;
	}
	return 0;
}

static int set_texts(struct state_table *t, const struct pieces *p,
		     const struct map_content *content)
{
	size_t key_len = (content->key_len + 7) / 8 * 8,
	       value_len = (content->value_len + 7) / 8 * 8;
	uint32_t n_cpus = content->n_cpus ? content->n_cpus : 1;
	const char *entry = content->entries.data;
	char **at = calloc(content->n * t->pub.n_columns + 1, sizeof(*at));
	int r = at ? 0 : -ENOMEM;

	t->texts = at;
	for (size_t i = 0; i < content->n && !r; i++, entry += key_len + n_cpus * value_len) {
		r = add_texts(&p->key, entry, content->now, &at);
		for (uint32_t cpu = 0; cpu < n_cpus && !r; cpu++)
			r = add_texts(&p->value, entry + key_len + cpu * value_len, content->now,
				      &at);
	}
	return r;
}

static int fill(struct state_table *t, const char *name, const struct map_content *content)
{
	cleanup(pieces_clear) struct pieces pieces = {};
	int r = read_pieces(content, &pieces);

	t->pub = (struct mfw_state_map){MFW_SIZE(struct mfw_state_map), .n_entries = content->n,
					.max_entries = content->limit};
	t->name = strdup(name);
	t->pub.name = t->name;
	r = r ? r : t->name ? 0 : -ENOMEM;
	r = r ? r : set_columns(t, &pieces, content->n_cpus);
	return r ? r : set_texts(t, &pieces, content);
}

/* ---- from a rule to its maps ---- */

/* pin: state-KEY-LAYOUT-MAP */
static int read_map(struct mfw_state *state, const char *dir, const char *pin, bool reset,
		    struct mfw_err **err)
{
	cleanup_map_content struct map_content content = {};
	cleanup_close int fd = -1;
	struct state_table *more;
	char path[PATH_MAX];
	int r;

	snprintf(path, sizeof(path), "%s/%s", dir, pin);
	r = kernel_map_open(path, &fd);
	if (r)
		return err_make(err, -r, "bpf.state", "cannot open the state %s: %s", path,
				strerror(-r));
	r = kernel_map_read(fd, &content, err);
	r = r || !reset ? r : kernel_map_empty(fd, err);
	if (r)
		return r;
	more = reallocarray(state->tables, state->n + 1, sizeof(*more));
	if (!more)
		return err_nomem(err);
	state->tables = more;
	more[state->n] = (struct state_table){};
	return fill(&more[state->n++], strrchr(pin, '-') + 1, &content) ? err_nomem(err) : 0;
}

static int read_maps(const char *dir, struct buf *names, bool reset, struct mfw_state **ret,
		     struct mfw_err **err)
{
	cleanup(state_read_cleanup_p) struct mfw_state *state = calloc(1, sizeof(*state));
	char *rest = NULL;
	int r = state ? 0 : err_nomem(err);

	for (char *pin = strtok_r(names->data, " ", &rest); pin && !r;
	     pin = strtok_r(NULL, " ", &rest))
		r = strchr(pin, '-') && !strchr(pin, '/')
			    ? read_map(state, dir, pin, reset, err)
			    : err_make(err, EINVAL, "bpf.state", "'%s' is no pin of state", pin);
	if (!r)
		*ret = steal_ptr(state);
	return r;
}

static int find_rule(struct site *site, const char *chain_name, const char *ref, struct view **view,
		     struct rule **ret, struct mfw_err **err)
{
	struct chain *chain;
	int r = kernel_nft_chains(site->ns, site->family, site->table, view, err);

	if (r)
		return r;
	chain = view_find(*view, chain_name);
	if (!chain)
		return err_make(err, ENOENT, "chain.missing", "there is no chain '%s'", chain_name);
	r = kernel_nft_rules(site->ns, chain, false, err);
	if (r)
		return r;
	*ret = chain_find(chain, ref, NULL);
	if (*ret)
		return 0;
	return err_make(err, ENOENT, "rule.missing",
			"the chain %s has no rule '%s'; mfwctl rule list shows those it has",
			chain_name, ref);
}

static int read_rule(struct site *site, const char *chain, const char *ref, bool reset,
		     struct mfw_state **ret, struct mfw_err **err)
{
	cleanup_view struct view *view = NULL;
	cleanup_buf struct buf names = {};
	struct rule *rule = NULL;
	int r = find_rule(site, chain, ref, &view, &rule, err);

	if (r)
		return r;
	r = rule->program ? state_names(rule->program->pin, &names) : -ENOENT;
	if (r == -ENOENT)
		return err_make(err, ENODATA, "rule.no_state",
				"the rule '%s' keeps no state: no matcher in it remembers packets",
				ref);
	if (r)
		return err_make(err, -r, "bpf.state", "cannot read what is pinned beside %s: %s",
				rule->program->pin, strerror(-r));
	return read_maps(site->pin_dir, &names, reset, ret, err);
}

int state_read(struct mfw *mfw, const struct mfw_target *target, const char *chain, const char *ref,
	       bool reset, struct mfw_state **ret, struct mfw_err **err)
{
	struct site *site;
	int r = site_get(mfw, target, &site, err);

	return r ? r : read_rule(site, chain, ref, reset, ret, err);
}
