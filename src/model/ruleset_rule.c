/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a rule of a ruleset file has. */
#include "model/ruleset_rule.h"

#include <errno.h>
#include <search.h>
#include <string.h>

#define RULE_KEYS 9
#define NODES_MAX 1024

struct rule_reading {
	struct mfw_rule spec; /* texts are owned */
	char *mode;
	char **nodes;
	size_t n_nodes;
	struct place places[RULE_KEYS]; /* of the values, by key */
};

enum {
	KEY_REF,
	KEY_MATCH,
	KEY_OBJECT_PINNED,
	KEY_OBJECT,
	KEY_BYTECODE,
	KEY_ACTION,
	KEY_COMMENT,
	KEY_MODE,
	KEY_NODES
};

static int read_nodes(struct reader *r, const struct key *key, void *object);

#define PLACE(i) (offsetof(struct rule_reading, places) + (i) * sizeof(struct place))
#define RULE_TEXT(i, member, needed)                                                               \
	[i] = {#member, reader_text,         offsetof(struct rule_reading, spec.member),           \
	       needed,  "a rule's " #member, PLACE(i)}

static const struct key rule_keys[RULE_KEYS] = {
	RULE_TEXT(KEY_REF, ref, true),
	RULE_TEXT(KEY_MATCH, match, false),
	RULE_TEXT(KEY_OBJECT_PINNED, object_pinned, false),
	RULE_TEXT(KEY_OBJECT, object, false),
	RULE_TEXT(KEY_BYTECODE, bytecode, false),
	RULE_TEXT(KEY_ACTION, action, true),
	RULE_TEXT(KEY_COMMENT, comment, false),
	[KEY_MODE] = {"mode", reader_text, offsetof(struct rule_reading, mode), false,
		      "a rule's mode", PLACE(KEY_MODE)},
	[KEY_NODES] = {"nodes", read_nodes, 0, false, "a rule's list of nodes", 0},
};

static int read_node(struct reader *r, void *ctx, uint32_t index)
{
	struct rule_reading *rule = ctx;
	char **more;
	int e;

	if (!reader_expect(r, DOC_TEXT, "a node", &e))
		return e;
	if (!r->event.len || r->event.len > 255 || index >= NODES_MAX)
		return reader_complain(r, r->event.place, NULL, "ruleset.value",
				       "a node is a name or region of 1 to 255 bytes, and a rule "
				       "names at most %d",
				       NODES_MAX);
	more = reallocarray(rule->nodes, rule->n_nodes + 1, sizeof(*more));
	if (!more)
		return -ENOMEM;
	rule->nodes = more;
	more[rule->n_nodes] = strdup(r->event.text);
	return more[rule->n_nodes++] ? 0 : -ENOMEM;
}

static int read_nodes(struct reader *r, const struct key *key, void *object)
{
	return reader_list(r, key->what, read_node, object);
}

static void reading_clear(struct rule_reading *rule)
{
	for (size_t i = 0; i < RULE_KEYS; i++)
		if (rule_keys[i].read == reader_text)
			free(*(char **)((char *)rule + rule_keys[i].offset));
	for (size_t i = 0; i < rule->n_nodes; i++)
		free(rule->nodes[i]);
	free(rule->nodes);
}

/* ---- checks ---- */

static int read_mode(struct reader *r, struct rule_reading *rule)
{
	static const char *const words[] = {[MFW_MODE_ENFORCE] = "enforce",
					    [MFW_MODE_MONITOR] = "monitor",
					    [MFW_MODE_DISABLED] = "disabled"};

	if (!rule->mode)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		rule->spec.mode = i;
		if (!strcmp(rule->mode, words[i]))
			return 0;
	}
	return reader_complain(r, rule->places[KEY_MODE], "mode", "rule.mode",
			       "a rule's mode is enforce, monitor or disabled");
}

/* The key of a match that stands behind another one; 0: there is one at most. */
static int second_match(const struct rule_reading *rule)
{
	int first = 0;

	for (int i = KEY_MATCH; i <= KEY_BYTECODE; i++) {
		if (!rule->places[i].line)
			continue;
		if (first)
			return i;
		first = i;
	}
	return 0;
}

static int check_match(struct reader *r, const struct rule_reading *rule, struct place at)
{
	int second = second_match(rule);

	if (second)
		return reader_complain(r, rule->places[second], rule_keys[second].name,
				       "rule.match",
				       "the rule has another match already; it has exactly one of "
				       "match, object_pinned, object and bytecode");
	if (rule_match_kind(&rule->spec, NULL))
		return 0;
	for (int i = KEY_MATCH; i <= KEY_BYTECODE; i++)
		if (rule->places[i].line)
			return 0; /* of a wrong type, which was said */
	return reader_complain(r, at, NULL, "rule.match",
			       "the rule has no match: give it one of match (\"true\" matches "
			       "everything), object_pinned, object and bytecode");
}

/* Notes what is wrong with the parts that are there, each looked at by itself. */
static int note_parts(struct reader *r, const struct rule_reading *from)
{
	static const int parts[] = {KEY_REF, KEY_ACTION, KEY_COMMENT, KEY_BYTECODE};
	int e = 0;

	for (size_t i = 0; i < ARRAY_SIZE(parts) && !e; i++) {
		struct rule_reading part = {.spec = {MFW_SIZE(struct mfw_rule)}};
		size_t offset = rule_keys[parts[i]].offset;
		struct mfw_err *err = NULL;
		struct rule *rule;

		*(char **)((char *)&part + offset) = *(char *const *)((const char *)from + offset);
		e = rule_new_overlay(&part.spec, &rule, &err);
		if (!e)
			rule_unref(rule);
		else if (e != -ENOMEM)
			e = reader_note(r, from->places[parts[i]], rule_keys[parts[i]].name, err);
	}
	return e;
}

/* So that its match is looked at nevertheless. */
static int add_stray(struct reader *r, struct rule_reading *from)
{
	struct ruleset *rs = r->ruleset;
	struct ruleset_stray *more;

	if (!from->spec.match)
		return 0;
	more = reallocarray(rs->strays, rs->n_strays + 1, sizeof(*more));
	if (!more)
		return -ENOMEM;
	rs->strays = more;
	more += rs->n_strays;
	*more = (struct ruleset_stray){.file = r->file, .place = from->places[KEY_MATCH]};
	if (asprintf(&more->pointer, "%s/match", r->path.data) < 0)
		return -ENOMEM;
	rs->n_strays++;
	more->match = (char *)steal_ptr(from->spec.match);
	more->ref = (char *)steal_ptr(from->spec.ref);
	return 0;
}

static int by_ref(const void *a, const void *b)
{
	return strcmp(((const struct rule *)a)->pub.ref, ((const struct rule *)b)->pub.ref);
}

/* Adds the rule (taken) to the chain. */
static int add_rule(struct reader *r, struct ruleset_chain *chain, struct rule_reading *from,
		    struct rule *rule, uint32_t index, struct place at)
{
	struct rule **other = tsearch(rule, &chain->refs, by_ref);
	struct ruleset_rule *added;

	if (!other || *other != rule) {
		int e = other ? reader_complain(r, from->places[KEY_REF], "ref", "ruleset.double",
						"the chain has a rule '%s' already", rule->pub.ref)
			      : -ENOMEM;

		rule_unref(rule);
		return e;
	}
	added = ruleset_add_rule(chain, rule);
	if (!added)
		return -ENOMEM;
	added->index = index;
	added->place = at;
	for (int i = KEY_MATCH; i <= KEY_BYTECODE; i++)
		if (from->places[i].line)
			added->match = from->places[i];
	added->action = from->places[KEY_ACTION];
	added->nodes = steal_ptr(from->nodes);
	added->n_nodes = from->n_nodes;
	from->n_nodes = 0;
	return 0;
}

static int make_rule(struct reader *r, struct ruleset_chain *chain, struct rule_reading *from,
		     uint32_t index, struct place at)
{
	struct mfw_err *err = NULL;
	size_t before = r->errors->n;
	struct rule *rule;
	int e;

	if (++r->ruleset->n_rules > RULESET_RULES_MAX) {
		e = reader_complain(r, at, NULL, "ruleset.value", "there are more than %d rules",
				    RULESET_RULES_MAX);
		return e ? e : -ECANCELED;
	}
	e = rule_new(&from->spec, &rule, &err);
	if (!e)
		return add_rule(r, chain, from, rule, index, at);
	if (e == -ENOMEM)
		return e;
	e = note_parts(r, from);
	if (e || r->errors->n > before) {
		mfw_err_free(err);
		return e;
	}
	return reader_note(r, at, NULL, err);
}

int ruleset_read_rule(struct reader *r, void *ctx, uint32_t index)
{
	cleanup(reading_clear) struct rule_reading from = {.spec = {MFW_SIZE(struct mfw_rule)}};
	struct place at = r->event.place;
	size_t before = r->errors->n;
	int e = reader_object(r, "a rule", rule_keys, RULE_KEYS, &from);

	e = e ? e : read_mode(r, &from);
	if (!e && from.spec.ref)
		e = check_match(r, &from, at);
	if (!e && r->errors->n > before)
		e = note_parts(r, &from);
	else if (!e)
		e = make_rule(r, ctx, &from, index, at);
	if (!e && r->errors->n > before)
		e = add_stray(r, &from);
	return e;
}
