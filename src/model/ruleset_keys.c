/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stands in a ruleset file beside rules: the file itself, customers, chains, lists. */
#include <errno.h>
#include <string.h>

#include "model/family.h"
#include "model/name.h"
#include "model/ruleset_reader.h"
#include "model/ruleset_rule.h"

/* Of one customer; they are searched one by one. */
#define CHAINS_MAX     4096
#define LISTS_MAX      4096
#define LIST_ENTRY_MAX 255

/* ---- lists ---- */

static bool is_list_name(const char *name)
{
	size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");

	return len && !name[len] && len <= MFW_NAME_MAX;
}

static int read_entry(struct reader *r, void *ctx, uint32_t index)
{
	struct ruleset_list *list = ctx;
	int e;

	(void)index;
	if (!reader_expect(r, DOC_TEXT, "an entry of a list", &e))
		return e;
	if (!r->event.len || r->event.len > LIST_ENTRY_MAX)
		return reader_complain(r, r->event.place, NULL, "ruleset.value",
				       "an entry of a list has 1 to %d bytes, not %zu",
				       LIST_ENTRY_MAX, r->event.len);
	list->n_entries++;
	return buf_add(&list->entries, r->event.text, r->event.len + 1);
}

static int read_entries(struct reader *r, const struct key *key, void *object)
{
	(void)key;
	return reader_list(r, "a list's entries", read_entry, object);
}

static int read_list_type(struct reader *r, const struct key *key, void *object)
{
	struct ruleset_list *list = object;
	int e;

	if (!reader_expect(r, DOC_TEXT, key->what, &e))
		return e;
	list->of_names = !strcmp(r->event.text, "name");
	if (list->of_names || !strcmp(r->event.text, "ip"))
		return 0;
	return reader_complain(r, r->event.place, NULL, "ruleset.value",
			       "a list's type is ip or name");
}

static const struct key list_keys[] = {
	{"file", reader_text, offsetof(struct ruleset_list, path), .what = "a list's file"},
	{"entries", read_entries},
	{"type", read_list_type, .what = "a list's type"},
};

static int read_list_value(struct reader *r, struct ruleset_list *list)
{
	struct place at = r->event.place;
	int e;

	if (r->event.kind == DOC_LIST)
		return reader_list(r, "a list", read_entry, list);
	if (r->event.kind != DOC_MAP)
		return reader_expect(r, DOC_LIST, "a list's value", &e) ? 0 : e;
	e = reader_object(r, "a list", list_keys, ARRAY_SIZE(list_keys), list);
	if (!e && list->path && list->n_entries)
		e = reader_complain(r, at, NULL, "ruleset.value",
				    "a list has a file or entries, not both");
	return e;
}

/* Whether one of them has the name already. */
static bool has_list(const struct ruleset_list *lists, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(lists[i].name, name))
			return true;
	return false;
}

struct lists {
	struct ruleset_list **lists;
	size_t *n;
};

static int check_list(struct reader *r, const struct lists *in, const char *name)
{
	if (!is_list_name(name))
		return reader_complain(r, r->event.place, NULL, "name.bad",
				       "a list's name has 1 to %d of the characters a-z 0-9 _",
				       MFW_NAME_MAX);
	if (has_list(*in->lists, *in->n, name))
		return reader_complain(r, r->event.place, NULL, "ruleset.double",
				       "there is a list '%s' already", name);
	if (*in->n == LISTS_MAX)
		return reader_complain(r, r->event.place, NULL, "ruleset.value",
				       "there are more than %d lists", LISTS_MAX);
	return 0;
}

static int read_list(struct reader *r, void *ctx, const char *name)
{
	struct lists *in = ctx;
	size_t before = r->errors->n;
	struct ruleset_list list = {.file = r->file, .place = r->event.place}, *more;
	int e = check_list(r, in, name);

	e = e ? e : reader_next(r);
	e = e ? e : read_list_value(r, &list);
	list.name = strdup(name);
	more = reallocarray(*in->lists, *in->n + 1, sizeof(*more));
	if (more)
		*in->lists = more;
	if (!e && (!list.name || !more))
		e = -ENOMEM;
	if (e || r->errors->n > before) {
		free(list.name);
		free(list.path);
		buf_clear(&list.entries);
		return e;
	}
	more[(*in->n)++] = list;
	return 0;
}

/* ---- chains ---- */

enum {
	KEY_NAME,
	KEY_FAMILY,
	KEY_TYPE,
	KEY_HOOK,
	KEY_PRIORITY,
	KEY_POLICY,
	KEY_RULES,
	N_CHAIN_KEYS
};

struct chain_reading {
	struct ruleset_chain out; /* its rules */
	struct mfw_chain pub;
	struct place places[N_CHAIN_KEYS]; /* of the values, by key */
	int32_t priority;
	bool has_priority;
};

static int read_priority(struct reader *r, const struct key *key, void *object)
{
	struct chain_reading *c = object;

	c->has_priority = true;
	return reader_int32(r, key, object);
}

static int read_rules(struct reader *r, const struct key *key, void *object)
{
	struct chain_reading *c = object;

	return reader_list(r, key->what, ruleset_read_rule, &c->out);
}

#define PLACE(i) (offsetof(struct chain_reading, places) + (i) * sizeof(struct place))
#define CHAIN_TEXT(i, member, needed)                                                              \
	[i] = {#member, reader_text,          offsetof(struct chain_reading, pub.member),          \
	       needed,  "a chain's " #member, PLACE(i)}

static const struct key chain_keys[N_CHAIN_KEYS] = {
	CHAIN_TEXT(KEY_NAME, name, true),
	CHAIN_TEXT(KEY_FAMILY, family, false),
	CHAIN_TEXT(KEY_TYPE, type, false),
	CHAIN_TEXT(KEY_HOOK, hook, false),
	CHAIN_TEXT(KEY_POLICY, policy, false),
	[KEY_PRIORITY] = {"priority", read_priority, offsetof(struct chain_reading, priority),
			  false, "a chain's priority", PLACE(KEY_PRIORITY)},
	[KEY_RULES] = {"rules", read_rules, .what = "a chain's list of rules"},
};

/* What an error of make_chain() is about. */
static const struct key *key_of(const struct mfw_err *err)
{
	static const struct {
		const char *kind;
		int key;
	} kinds[] = {{"name.", KEY_NAME},
		     {"family.", KEY_FAMILY},
		     {"hook.", KEY_HOOK},
		     {"chain.policy", KEY_POLICY},
		     {"chain.type", KEY_TYPE}};

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (!strncmp(mfw_err_kind(err), kinds[i].kind, strlen(kinds[i].kind)))
			return &chain_keys[kinds[i].key];
	return NULL;
}

static void chain_reading_clear(struct chain_reading *c)
{
	free((char *)c->pub.name);
	free((char *)c->pub.family);
	free((char *)c->pub.type);
	free((char *)c->pub.hook);
	free((char *)c->pub.policy);
	ruleset_chain_clear(&c->out);
}

/* The chain as a customer has it. */
static int make_chain(struct chain_reading *c, struct chain **ret, struct mfw_err **err)
{
	int r = name_check("chain", c->pub.name, err);

	if (r)
		return r;
	if (!c->pub.hook && (c->pub.policy || c->pub.type || c->has_priority))
		return err_make(err, EINVAL, "chain.hook",
				"a chain without a hook has no policy, type or priority");
	c->pub.priority = c->priority;
	return chain_of_customer(&c->pub, ret, err);
}

static int check_chain(struct reader *r, const struct ruleset_customer *customer,
		       const struct chain_reading *c, struct place at)
{
	if (ruleset_find_chain(customer, c->pub.name))
		return reader_complain(r, c->places[KEY_NAME], "name", "ruleset.double",
				       "the customer has a chain '%s' already", c->pub.name);
	if (customer->n_chains == CHAINS_MAX)
		return reader_complain(r, at, NULL, "ruleset.value",
				       "the customer has more than %d chains", CHAINS_MAX);
	return 0;
}

static int note_chain(struct reader *r, const struct chain_reading *c, struct mfw_err *err,
		      struct place at)
{
	const struct key *key = key_of(err);

	return reader_note(r, key ? c->places[key - chain_keys] : at, key ? key->name : NULL, err);
}

static int add_chain(struct reader *r, struct ruleset_customer *customer, struct chain_reading *c,
		     uint32_t index, struct place at)
{
	struct mfw_err *err = NULL;
	struct ruleset_chain *added;
	size_t before = r->errors->n;
	struct chain *chain;
	int e = check_chain(r, customer, c, at);

	if (e || r->errors->n > before)
		return e;
	e = make_chain(c, &chain, &err);
	if (e)
		return e == -ENOMEM ? e : note_chain(r, c, err, at);
	added = ruleset_add_chain(customer, chain);
	if (!added)
		return -ENOMEM;
	*added = c->out;
	added->chain = chain;
	added->index = index;
	added->place = at;
	c->out = (struct ruleset_chain){};
	return 0;
}

static int read_chain(struct reader *r, void *ctx, uint32_t index)
{
	cleanup(chain_reading_clear) struct chain_reading c = {};
	struct place at = r->event.place;
	int e = reader_object(r, "a chain", chain_keys, ARRAY_SIZE(chain_keys), &c);

	return e || !c.pub.name ? e : add_chain(r, ctx, &c, index, at);
}

static int read_chains(struct reader *r, const struct key *key, void *object)
{
	return reader_list(r, key->what, read_chain, object);
}

/* ---- customers ---- */

static int read_customer_lists(struct reader *r, const struct key *key, void *object)
{
	struct ruleset_customer *c = object;
	struct lists in = {&c->lists, &c->n_lists};

	return reader_names(r, key->what, read_list, &in);
}

static const struct key customer_keys[] = {
	{"name", reader_text, offsetof(struct ruleset_customer, name), true, "a customer's name"},
	{"netns", reader_text, offsetof(struct ruleset_customer, netns), false,
	 "a customer's netns"},
	{"lists", read_customer_lists, .what = "a customer's lists"},
	{"chains", read_chains, .what = "a customer's list of chains"},
};

/* Takes the customer. */
static int add_customer(struct reader *r, struct ruleset_customer *c)
{
	struct ruleset_customer *other;
	struct mfw_err *err = NULL;
	int e = c->name ? name_check("customer", c->name, &err) : -EINVAL;

	other = e ? NULL : ruleset_find(r->ruleset, c->name);
	if (err)
		e = reader_note(r, c->place, "name", err);
	else if (other)
		e = reader_complain(r, c->place, "name", "ruleset.double",
				    "there is a customer '%s' already, in %s, line %u", c->name,
				    other->file->name, other->place.line);
	else if (!e && !(e = ruleset_take_customer(r->ruleset, c)))
		return 0;
	else if (e == -EINVAL)
		e = 0;
	ruleset_customer_free(c);
	return e;
}

static int read_customer(struct reader *r, void *ctx, uint32_t index)
{
	struct ruleset_customer *c = calloc(1, sizeof(*c));
	int e;

	(void)ctx;
	if (!c)
		return -ENOMEM;
	c->index = index;
	c->file = r->file;
	c->place = r->event.place;
	e = reader_object(r, "a customer", customer_keys, ARRAY_SIZE(customer_keys), c);
	if (!e)
		return add_customer(r, c);
	ruleset_customer_free(c);
	return e;
}

/* ---- the file ---- */

static int read_version(struct reader *r, const struct key *key, void *object)
{
	int e;

	(void)object;
	if (!reader_expect(r, DOC_INT, key->what, &e))
		return e;
	if (r->event.number == RULESET_VERSION)
		return 0;
	return reader_complain(
		r, r->event.place, NULL, "ruleset.value",
		"this is a ruleset of version %lld; what is known here is version %d",
		(long long)r->event.number, RULESET_VERSION);
}

static int read_shared_lists(struct reader *r, const struct key *key, void *object)
{
	struct lists in = {&r->ruleset->lists, &r->ruleset->n_lists};

	(void)object;
	return reader_names(r, key->what, read_list, &in);
}

static int read_customers(struct reader *r, const struct key *key, void *object)
{
	return reader_list(r, key->what, read_customer, object);
}

static const struct key file_keys[] = {
	{"version", read_version, .required = true, .what = "the version"},
	{"lists", read_shared_lists, .what = "the shared lists"},
	{"customers", read_customers, .what = "the list of customers"},
};

int ruleset_read_file(struct reader *r)
{
	return reader_object(r, "a ruleset", file_keys, ARRAY_SIZE(file_keys), NULL);
}
