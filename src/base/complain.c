/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/complain.h"

#include <errno.h>
#include <stdarg.h>

static void add(struct complaints *c, const char *kind, const char *place, const char *text)
{
	if (c->first)
		c->no_memory |= !!buf_printf(&c->more, "%s: %s\n", place, text);
	else
		err_make(&c->first, EINVAL, kind, "%s: %s", place, text);
}

void complain(struct complaints *c, const char *kind, unsigned line, unsigned column,
	      const char *fmt, ...)
{
	cleanup_free char *text = NULL, *place = NULL;
	va_list ap;

	c->n++;
	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	va_end(ap);
	if (asprintf(&place, "%s:%u:%u", c->name, line, column) < 0)
		place = NULL;
	if (text && place)
		add(c, kind, place, text);
	else
		c->no_memory = true;
}

int complaints_end(struct complaints *c, struct mfw_err **err)
{
	size_t n = c->n;
	int r = 0;

	if (n && c->more.len)
		err_set_detail(&c->first, c->more.data);
	buf_clear(&c->more);
	if (c->no_memory) {
		mfw_err_free(c->first);
		return err_nomem(err);
	}
	if (n)
		r = -mfw_err_code(c->first);
	if (n && err) {
		mfw_err_free(*err);
		*err = steal_ptr(c->first);
	}
	mfw_err_free(c->first);
	return r;
}
