/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Errors for what the parser cannot take, with what helps. */
#include "base/nearest.h"
#include "expr/op.h"
#include "expr/parser.h"

#include <string.h>

/* Names are short. */
#define SHOWN_MAX 100

static bool is_known(struct parser *p, const char *name)
{
	cleanup_err struct mfw_err *broken = NULL;
	const struct scheme *s = p->scheme;

	return !strcmp(name, "true") || !strcmp(name, "false") || function_exists(name) ||
	       (s->field && s->field(s->ctx, name)) ||
	       (s->matcher && s->matcher(s->ctx, name, &broken)) || broken;
}

static const char *nearest_name(struct parser *p, const char *name)
{
	static const char *const words[] = {"true", "false", "not"};
	struct nearest nearest = NEAREST_INIT(name);
	const char *known = p->scheme->nearest ? p->scheme->nearest(p->scheme->ctx, name) : NULL;
	const char *function = function_nearest(name);

	if (known)
		nearest_try(&nearest, known);
	if (function)
		nearest_try(&nearest, function);
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		nearest_try(&nearest, words[i]);
	return nearest.best ? nearest.best : known;
}

/*
 * NAME.FIELD of a matcher NAME: what is wrong with it; or, where no other name is near, which
 * fields it has. 0: nothing of it.
 */
static int unknown_field(struct parser *p, const char *name, size_t at, size_t length, bool near)
{
	cleanup_free char *first = strndup(name, strcspn(name, "."));
	cleanup_err struct mfw_err *broken = NULL;
	const struct scheme *s = p->scheme;
	const struct matcher *matcher;
	cleanup_buf struct buf all = {};

	if (!first)
		return err_nomem(p->lex.err);
	matcher = s->matcher ? s->matcher(s->ctx, first, &broken) : NULL;
	if (broken)
		return lex_error(&p->lex, at, length, mfw_err_kind(broken), "%s",
				 mfw_err_message(broken));
	for (size_t i = 0; matcher && i < matcher->pub.n_fields; i++)
		if (buf_printf(&all, "%s%s", i ? ", " : "", matcher->pub.fields[i]->name))
			return err_nomem(p->lex.err);
	if (!matcher || near)
		return 0;
	return lex_error(&p->lex, at, length, "expr.unknown",
			 "there is no field '%s': the matcher '%s' has %s", name, first,
			 all.len ? all.data : "none");
}

int unknown_name(struct parser *p, const char *name, size_t at, size_t length)
{
	bool dotted = strchr(name, '.');
	const char *kind = dotted ? "expr.unknown" : "matcher.unknown";
	const char *what = dotted ? "field" : "field or matcher", *near;
	int r;

	if (op_is_word(name, length) && *name >= 'a')
		return lex_error(&p->lex, at, length, "expr.syntax",
				 "expected a field, a matcher, not or '(' before '%s'", name);
	if (*name >= '0' && *name <= '9')
		return lex_error(&p->lex, at, length, kind,
				 "expected a field, a matcher, not or '(', found '%.*s': a "
				 "comparison begins with its field; several values are a set, in "
				 "{80 443}",
				 SHOWN_MAX, name);
	if (!strncmp(name, "not", 3) && is_known(p, name + 3))
		return lex_error(&p->lex, at, length, kind,
				 "there is no %s '%s': did you mean 'not %s'?", what, name,
				 name + 3);
	if (length > SHOWN_MAX)
		return lex_error(&p->lex, at, length, kind,
				 "there is no %s '%.*s...': none has a name of %zu bytes", what,
				 SHOWN_MAX, name, length);
	near = p->scheme->meant ? p->scheme->meant(p->scheme->ctx, name) : NULL;
	if (near)
		return lex_error(&p->lex, at, length, kind, "there is no %s '%s': here it is %s",
				 what, name, near);
	near = nearest_name(p, name);
	r = dotted ? unknown_field(p, name, at, length, near) : 0;
	if (r)
		return r;
	if (near)
		return lex_error(&p->lex, at, length, kind,
				 "there is no %s '%s': did you mean '%s'?", what, name, near);
	return lex_error(&p->lex, at, length, kind,
			 "there is no %s '%s': `mfwctl matcher list` shows the matchers, the "
			 "manual the fields",
			 what, name);
}

/*
 * What the rest of the text begins with, and what helps then: the first that fits. Some of it only
 * behind a whole expression.
 */
static const struct {
	const char *begins, *help;
	bool behind;
} helps[] = {
	{"AND", "operators are lower case: write and", false},
	{"OR", "operators are lower case: write or", false},
	{"XOR", "operators are lower case: write xor", false},
	{"NOT", "operators are lower case: write not", false},
	{"IN", "operators are lower case: write in", false},
	{"EQ", "operators are lower case: write eq", false},
	{"NE", "operators are lower case: write ne", false},
	{"not in", "not stands before the field: write not FIELD in {...}", false},
	{"not", "write and or or before it; it negates what stands behind it", true},
	{"==", "what is true or false is not compared: write it alone, or behind not", true},
	{"!=", "what is true or false is not compared: write it alone, or behind not", true},
	{"eq", "what is true or false is not compared: write it alone, or behind not", true},
	{"ne", "what is true or false is not compared: write it alone, or behind not", true},
	{"in", "what is true or false is not compared: write it alone, or behind not", true},
	{"..", "a range stands in a set: in {80..90}", true},
	{",", "items of a set are separated by spaces; other conditions by and or or", true},
	{")", "there is no '(' for it", true},
	{"}", "there is no '{' for it", true},
	{"-", "names have letters, digits and '_'", true},
	{"=>", "at least is written ge or >=", false},
	{"=<", "at most is written le or <=", false},
	{"=", "comparing is written eq or ==", false},
	{"#", "there are no comments here", false},
	{"|", "write or, or ||", false},
	{"^", "write xor, or ^^", false},
	{"$", "a list stands behind in: ip.src in $name", false},
	{"{", "a set stands behind in: in {...}", false},
};

static const char *find_help(const char *rest, bool behind)
{
	for (size_t i = 0; i < ARRAY_SIZE(helps); i++) {
		size_t len = strlen(helps[i].begins);

		if (strncmp(rest, helps[i].begins, len) || (helps[i].behind && !behind))
			continue;
		if (lex_is_word_char(*rest) && lex_is_word_char(rest[len]))
			continue;
		return helps[i].help;
	}
	return NULL;
}

int unexpected(struct parser *p, size_t at, const char *expected, bool behind)
{
	size_t from = at + strspn(p->lex.text + at, " \t\r\n");
	cleanup_free char *found = NULL;
	const char *help = NULL;

	if (from > p->lex.len)
		from = p->lex.len;
	found = lex_quote(&p->lex, from, p->lex.len - from);
	if (from < p->lex.len)
		help = find_help(p->lex.text + from, behind);
	return lex_error_rest(&p->lex, at, "expected %s, found %s%s%s", expected,
			      found ? found : "something else", help ? ": " : "", help ? help : "");
}
