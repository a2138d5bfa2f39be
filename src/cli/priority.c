/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/priority.h"

#include <string.h>

#include "cli/suggest.h"

struct name {
	const char *name;
	int32_t value;
};

static const struct name inet_names[] = {
	{"raw", -300},
	{"mangle", -150},
	{"dstnat", -100},
	{"filter", 0},
	{"security", 50},
	{"srcnat", 100},
	{},
};

static const struct name bridge_names[] = {
	{"dstnat", -300}, {"filter", -200}, {"out", 100}, {"srcnat", 300}, {},
};

static const char *skip_blanks(const char *p)
{
	return p + strspn(p, " \t");
}

static int bad(const char *text, const char *family, const struct name *names, struct fault *fault)
{
	struct suggestion s = {.typed = text};
	char hint[96], list[128] = "";

	for (const struct name *n = names; n->name; n++) {
		suggest(&s, n->name);
		snprintf(list + strlen(list), sizeof(list) - strlen(list), ", %s", n->name);
	}
	return fault_usage(fault, "value.priority",
			   "'%s' is no priority of family %s: a number from -2147483648 to "
			   "2147483647%s, or a name with +N or -N%s",
			   text, family ? family : "inet", list,
			   suggestion_text(&s, hint, sizeof(hint)));
}

/* Digits up to the end of text, with 11 of them at most. */
static bool read_digits(const char *p, int64_t *ret)
{
	size_t n = strspn(p, "0123456789");

	if (!n || n > 11 || *skip_blanks(p + n))
		return false;
	*ret = strtoll(p, NULL, 10);
	return true;
}

/* What follows the name, or is the whole: "", "+5", "- 5". */
static bool read_signed(const char *p, bool may_be_bare, int64_t *ret)
{
	bool negative;

	p = skip_blanks(p);
	negative = *p == '-';
	if (*p == '+' || *p == '-')
		p = skip_blanks(p + 1);
	else if (!may_be_bare)
		return false;
	if (!read_digits(p, ret))
		return false;
	if (negative)
		*ret = -*ret;
	return true;
}

static bool read_name(const char *text, const struct name *names, int64_t *ret)
{
	const char *p = skip_blanks(text);
	size_t len = strspn(p, "abcdefghijklmnopqrstuvwxyz");

	for (; len && names->name; names++) {
		if (strlen(names->name) != len || strncmp(p, names->name, len) != 0)
			continue;
		*ret = 0;
		if (*skip_blanks(p + len) && !read_signed(p + len, false, ret))
			return false;
		*ret += names->value;
		return true;
	}
	return false;
}

int priority_parse(const char *text, const char *family, int32_t *ret, struct fault *fault)
{
	bool bridge = family && !strcmp(family, "bridge");
	const struct name *names = bridge ? bridge_names : inet_names;
	int64_t value;

	if (!read_signed(text, true, &value) && !read_name(text, names, &value))
		return bad(text, family, names, fault);
	if (value < INT32_MIN || value > INT32_MAX)
		return bad(text, family, names, fault);
	*ret = (int32_t)value;
	return 0;
}
