/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/name.h"

#include <errno.h>
#include <string.h>

static bool is_allowed(char c)
{
	char lower = c | 0x20;

	return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/* As strspn(), which first makes a table of the characters, each time. */
static size_t count_allowed(const char *name)
{
	size_t n = 0;

	while (is_allowed(name[n]))
		n++;
	return n;
}

/* A character of a refused name, as it can be shown on a terminal. */
static void show_char(unsigned char c, char ret[8])
{
	if (c > 0x20 && c < 0x7f)
		snprintf(ret, 8, "'%c'", c);
	else
		snprintf(ret, 8, "\\x%02x", c);
}

/* A name may hold anything; what is shown of it must not drive the terminal. */
static void show_name(const char *name, char ret[MFW_NAME_MAX + 4])
{
	size_t n = 0;

	for (; name[n] && n < MFW_NAME_MAX; n++)
		ret[n] = name[n] >= 0x20 && name[n] < 0x7f ? name[n] : '?';
	strcpy(ret + n, name[n] ? "..." : "");
}

int name_check(const char *what, const char *name, struct mfw_err **err)
{
	char shown[MFW_NAME_MAX + 4], bad[8];
	size_t good;

	if (!name || !*name)
		return err_make(err, EINVAL, "name.bad",
				"the %s is empty; a name has 1 to %d of the characters "
				"A-Z a-z 0-9 _ -",
				what, MFW_NAME_MAX);
	good = count_allowed(name);
	if (!name[good] && good <= MFW_NAME_MAX)
		return 0;
	show_name(name, shown);
	if (name[good]) {
		show_char(name[good], bad);
		return err_make(err, EINVAL, "name.bad",
				"the %s '%s' has a character that a name cannot have: %s; "
				"use only A-Z a-z 0-9 _ -",
				what, shown, bad);
	}
	return err_make(err, ENAMETOOLONG, "name.bad",
			"the %s '%s' is %zu characters long; at most %d are possible", what, shown,
			good, MFW_NAME_MAX);
}
