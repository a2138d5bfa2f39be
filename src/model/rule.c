/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/rule.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "model/action.h"
#include "model/bytecode.h"
#include "model/name.h"

/* The texts that a rule owns, by their place in struct mfw_rule. */
static const size_t owned[] = {
	offsetof(struct mfw_rule, ref),      offsetof(struct mfw_rule, match),
	offsetof(struct mfw_rule, object),   offsetof(struct mfw_rule, object_pinned),
	offsetof(struct mfw_rule, bytecode), offsetof(struct mfw_rule, action),
	offsetof(struct mfw_rule, comment),  offsetof(struct mfw_rule, pin),
	offsetof(struct mfw_rule, hash),
};

static const struct {
	enum match_kind kind;
	size_t offset;
} matches[] = {
	{MATCH_EXPR, offsetof(struct mfw_rule, match)},
	{MATCH_OBJECT_PINNED, offsetof(struct mfw_rule, object_pinned)},
	{MATCH_OBJECT, offsetof(struct mfw_rule, object)},
	{MATCH_BYTECODE, offsetof(struct mfw_rule, bytecode)},
};

static const char **text_at(const struct mfw_rule *rule, size_t offset)
{
	return (const char **)((char *)rule + offset);
}

int rule_match_kind(const struct mfw_rule *spec, const char **ret_text)
{
	int kind = 0;

	for (size_t i = 0; i < ARRAY_SIZE(matches); i++) {
		const char *text = *text_at(spec, matches[i].offset);

		if (!text)
			continue;
		if (kind)
			return -1;
		kind = matches[i].kind;
		if (ret_text)
			*ret_text = text;
	}
	return kind;
}

const char **rule_match_text(struct rule *rule, enum match_kind kind)
{
	for (size_t i = 0; i < ARRAY_SIZE(matches); i++)
		if (matches[i].kind == kind)
			return text_at(&rule->pub, matches[i].offset);
	return NULL;
}

int rule_set_text(const char **member, const char *text)
{
	char *copy = NULL;

	if (text) {
		copy = strdup(text);
		if (!copy)
			return -ENOMEM;
	}
	free((char *)*member);
	*member = copy;
	return 0;
}

/* Copies what the caller's, perhaps older and shorter, structure holds. */
static int copy_spec(const struct mfw_rule *spec, struct rule *rule)
{
	struct mfw_rule given = {};

	memcpy(&given, spec, spec->size < sizeof(given) ? spec->size : sizeof(given));
	rule->pub = (struct mfw_rule){MFW_SIZE(struct mfw_rule), .mode = given.mode};
	for (size_t i = 0; i < ARRAY_SIZE(owned); i++)
		if (owned[i] < offsetof(struct mfw_rule, mode) &&
		    rule_set_text(text_at(&rule->pub, owned[i]), *text_at(&given, owned[i])))
			return -ENOMEM;
	return 0;
}

static int canonical_action(struct rule *rule, struct mfw_err **err)
{
	cleanup_buf struct buf text = {};
	struct action action;
	int r;

	r = action_parse(rule->pub.action, &action, err);
	if (r)
		return r;
	if (action_print(&action, &text) || rule_set_text(&rule->pub.action, text.data))
		return err_nomem(err);
	return 0;
}

static int canonical_bytecode(struct rule *rule, struct mfw_err **err)
{
	struct sock_filter code[BYTECODE_MAX];
	cleanup_buf struct buf text = {};
	size_t n;
	int r;

	r = bytecode_parse(rule->pub.bytecode, code, &n, err);
	if (r)
		return r;
	if (bytecode_print(code, n, &text) || rule_set_text(&rule->pub.bytecode, text.data))
		return err_nomem(err);
	return 0;
}

static int check_comment(struct rule *rule, struct mfw_err **err)
{
	const char *comment = rule->pub.comment;

	if (!comment)
		return 0;
	if (strlen(comment) > MFW_COMMENT_MAX)
		return err_make(err, EINVAL, "rule.comment",
				"the comment has %zu bytes; at most %d are possible",
				strlen(comment), MFW_COMMENT_MAX);
	for (; *comment; comment++)
		if ((unsigned char)*comment < 0x20 || *comment == 0x7f)
			return err_make(err, EINVAL, "rule.comment",
					"the comment has a control character (0x%02x); use plain "
					"text on one line",
					(unsigned char)*comment);
	return 0;
}

static int check_kind(struct rule *rule, struct mfw_err **err)
{
	int kind = rule_match_kind(&rule->pub, NULL);

	if (kind < 0)
		return err_make(err, EINVAL, "rule.match",
				"the rule has more than one match; give an expression or one of "
				"--object-pinned, --object, --bytecode");
	rule->kind = kind;
	return 0;
}

/* Checks, and makes canonical, what is there. */
static int check(struct rule *rule, struct mfw_err **err)
{
	int r = rule->pub.ref ? name_check("ref", rule->pub.ref, err) : 0;

	if (!r && (unsigned)rule->pub.mode > MFW_MODE_DISABLED)
		r = err_make(err, EINVAL, "rule.mode",
			     "a rule's mode is enforce, monitor or disabled");
	r = r ? r : check_kind(rule, err);
	if (!r && rule->pub.action)
		r = canonical_action(rule, err);
	r = r ? r : check_comment(rule, err);
	if (!r && rule->kind == MATCH_BYTECODE)
		r = canonical_bytecode(rule, err);
	return r;
}

/* Nothing that a rule needs may be missing. */
static int check_whole(struct rule *rule, struct mfw_err **err)
{
	if (!rule->kind)
		return err_make(err, EINVAL, "rule.match",
				"the rule has no match; give an expression (true matches "
				"everything) or one of --object-pinned, --object, --bytecode");
	if (!rule->pub.action)
		return err_make(
			err, EINVAL, "action.syntax",
			"the rule has no action; say what to do with a packet that matches, "
			"such as drop");
	if (rule->pub.comment && !*rule->pub.comment)
		rule_set_text(&rule->pub.comment, NULL);
	return 0;
}

struct rule *rule_alloc(void)
{
	struct rule *rule = calloc(1, sizeof(*rule));

	if (rule) {
		rule->refs = 1;
		rule->pub.size = sizeof(rule->pub);
	}
	return rule;
}

int rule_new_overlay(const struct mfw_rule *spec, struct rule **ret, struct mfw_err **err)
{
	cleanup_rule struct rule *rule = rule_alloc();
	int r;

	if (!rule || copy_spec(spec, rule))
		return err_nomem(err);
	r = check(rule, err);
	if (r)
		return r;
	*ret = steal_ptr(rule);
	return 0;
}

int rule_new(const struct mfw_rule *spec, struct rule **ret, struct mfw_err **err)
{
	cleanup_rule struct rule *rule = NULL;
	int r = rule_new_overlay(spec, &rule, err);

	r = r ? r : check_whole(rule, err);
	if (r) {
		if (!name_check("ref", spec->ref, NULL))
			err_set_ref(err, spec->ref);
		return r;
	}
	*ret = steal_ptr(rule);
	return 0;
}

/* Takes the texts of `with` that are set. */
static int overlay(struct rule *rule, const struct mfw_rule *with)
{
	for (size_t i = 0; i < ARRAY_SIZE(owned); i++) {
		const char *text = *text_at(with, owned[i]);

		if (owned[i] < offsetof(struct mfw_rule, mode) && text &&
		    rule_set_text(text_at(&rule->pub, owned[i]), text))
			return -ENOMEM;
	}
	return 0;
}

static void drop_match(struct rule *rule)
{
	for (size_t i = 0; i < ARRAY_SIZE(matches); i++)
		rule_set_text(text_at(&rule->pub, matches[i].offset), NULL);
	program_unref(rule->program);
	rule->program = NULL;
	rule->kind = 0;
}

int rule_new_with(const struct rule *old, const struct mfw_rule *with, const enum mfw_mode *mode,
		  struct rule **ret, struct mfw_err **err)
{
	cleanup_rule struct rule *rule = rule_alloc();
	int kind = rule_match_kind(with, NULL);

	if (!rule || copy_spec(&old->pub, rule))
		return err_nomem(err);
	rule->kind = old->kind;
	rule->program = program_ref(old->program);
	rule->keep_count = !kind;
	if (kind) {
		drop_match(rule);
		rule->kind = kind;
	} else {
		rule->pub.packets = old->pub.packets;
		rule->pub.bytes = old->pub.bytes;
	}
	if (overlay(rule, with))
		return err_nomem(err);
	if (mode)
		rule->pub.mode = *mode;
	if (check_whole(rule, err))
		return err ? -mfw_err_code(*err) : -EINVAL;
	*ret = steal_ptr(rule);
	return 0;
}

struct rule *rule_ref(struct rule *rule)
{
	if (rule)
		rule->refs++;
	return rule;
}

static void free_exprs(struct rule *rule)
{
	for (size_t i = 0; i < rule->pub.n_exprs; i++) {
		struct mfw_expr_info *info = (struct mfw_expr_info *)rule->pub.exprs[i];

		free((void *)info->name);
		free((void *)info->text);
		free((void *)info->xt_name);
		free((void *)info->xt_info);
		free(info);
	}
	free((void *)rule->pub.exprs);
}

void rule_unref(struct rule *rule)
{
	if (!rule || --rule->refs)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(owned); i++)
		free((char *)*text_at(&rule->pub, owned[i]));
	free_exprs(rule);
	program_unref(rule->program);
	free(rule);
}

struct program *program_new(const char *pin, const unsigned char hash[PROGRAM_HASH_LEN],
			    uint32_t id)
{
	struct program *program = calloc(1, sizeof(*program) + strlen(pin) + 1);

	if (!program)
		return NULL;
	program->refs = 1;
	program->id = id;
	strcpy(program->pin, pin);
	memcpy(program->hash, hash, PROGRAM_HASH_LEN);
	program_hex(hash, program->hex);
	return program;
}

void program_hex(const unsigned char hash[PROGRAM_HASH_LEN], char ret[PROGRAM_HEX_LEN + 1])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < PROGRAM_HASH_LEN; i++) {
		ret[2 * i] = digits[hash[i] >> 4];
		ret[2 * i + 1] = digits[hash[i] & 15];
	}
	ret[PROGRAM_HEX_LEN] = 0;
}

struct program *program_ref(struct program *program)
{
	if (program)
		program->refs++;
	return program;
}

void program_unref(struct program *program)
{
	if (program && !--program->refs)
		free(program);
}
