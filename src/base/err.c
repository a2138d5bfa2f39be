/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

struct mfw_err {
	int code;
	const char *kind;
	char *message;
	char *detail;
	char *source;
	char *ref;
	char *file, *pointer;
	unsigned line, column, length;
};

/* What is left to say when there is no memory to say it with; never freed, never written. */
static struct mfw_err no_memory = {
	.code = ENOMEM,
	.kind = "memory",
	.message = (char *)"out of memory",
};

static bool writable(struct mfw_err **err)
{
	return err && *err && *err != &no_memory;
}

int err_nomem(struct mfw_err **err)
{
	if (err) {
		mfw_err_free(*err);
		*err = &no_memory;
	}
	return -ENOMEM;
}

int err_make(struct mfw_err **err, int code, const char *kind, const char *fmt, ...)
{
	struct mfw_err *e;
	va_list ap;
	int n;

	if (!err)
		return -code;
	e = calloc(1, sizeof(*e));
	if (!e)
		return err_nomem(err);
	va_start(ap, fmt);
	n = vasprintf(&e->message, fmt, ap);
	va_end(ap);
	if (n < 0) {
		free(e);
		return err_nomem(err);
	}
	e->code = code;
	e->kind = kind;
	mfw_err_free(*err);
	*err = e;
	return -code;
}

static char *copy(const char *text)
{
	return text ? strdup(text) : NULL;
}

int err_copy(struct mfw_err **err, const struct mfw_err *from)
{
	struct mfw_err *e = NULL;

	if (!err)
		return 0;
	err_make(&e, from->code, from->kind, "%s", from->message);
	if (e == &no_memory)
		return -ENOMEM;
	e->detail = copy(from->detail);
	e->source = copy(from->source);
	e->ref = copy(from->ref);
	e->file = copy(from->file);
	e->pointer = copy(from->pointer);
	e->line = from->line;
	e->column = from->column;
	e->length = from->length;
	mfw_err_free(*err);
	*err = e;
	return 0;
}

int err_prefix(struct mfw_err **err, int code, const char *fmt, ...)
{
	cleanup_free char *context = NULL;
	char *joined;
	va_list ap;
	int n;

	if (!writable(err))
		return code;
	va_start(ap, fmt);
	n = vasprintf(&context, fmt, ap);
	va_end(ap);
	if (n < 0) {
		context = NULL;
		return code;
	}
	if (asprintf(&joined, "%s: %s", context, (*err)->message) < 0)
		return code;
	free((*err)->message);
	(*err)->message = joined;
	return code;
}

static int code_of(struct mfw_err **err)
{
	return err && *err ? -(*err)->code : -EINVAL;
}

int err_at(struct mfw_err **err, const char *source, unsigned line, unsigned column,
	   unsigned length)
{
	if (!writable(err))
		return code_of(err);
	free((*err)->source);
	(*err)->source = source ? strdup(source) : NULL;
	(*err)->line = line;
	(*err)->column = column;
	(*err)->length = length;
	return code_of(err);
}

int err_at_offset(struct mfw_err **err, const char *source, size_t offset, size_t length)
{
	unsigned line = 1, column = 1;

	for (size_t i = 0; i < offset && source[i]; i++) {
		column++;
		if (source[i] == '\n') {
			line++;
			column = 1;
		}
	}
	return err_at(err, source, line, column, length);
}

static void set(char **member, const char *text)
{
	free(*member);
	*member = text ? strdup(text) : NULL;
}

void err_set_ref(struct mfw_err **err, const char *ref)
{
	if (writable(err))
		set(&(*err)->ref, ref);
}

void err_set_file(struct mfw_err **err, const char *file, const char *pointer)
{
	if (!writable(err))
		return;
	set(&(*err)->file, file);
	set(&(*err)->pointer, pointer);
}

void err_set_detail(struct mfw_err **err, const char *detail)
{
	if (writable(err))
		set(&(*err)->detail, detail);
}

int mfw_err_code(const struct mfw_err *err)
{
	return err->code;
}

const char *mfw_err_kind(const struct mfw_err *err)
{
	return err->kind;
}

const char *mfw_err_message(const struct mfw_err *err)
{
	return err->message;
}

const char *mfw_err_detail(const struct mfw_err *err)
{
	return err->detail;
}

const char *mfw_err_ref(const struct mfw_err *err)
{
	return err->ref;
}

const char *mfw_err_file(const struct mfw_err *err)
{
	return err->file;
}

const char *mfw_err_pointer(const struct mfw_err *err)
{
	return err->pointer;
}

const char *mfw_err_source(const struct mfw_err *err)
{
	return err->source;
}

void mfw_err_place(const struct mfw_err *err, unsigned *ret_line, unsigned *ret_column,
		   unsigned *ret_length)
{
	if (ret_line)
		*ret_line = err->line;
	if (ret_column)
		*ret_column = err->column;
	if (ret_length)
		*ret_length = err->length;
}

void mfw_err_free(struct mfw_err *err)
{
	if (!err || err == &no_memory)
		return;
	free(err->message);
	free(err->detail);
	free(err->source);
	free(err->ref);
	free(err->file);
	free(err->pointer);
	free(err);
}
