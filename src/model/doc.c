/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/doc.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

int doc_open(const char *data, size_t len, enum doc_format format, struct doc **ret,
	     struct mfw_err **err)
{
	cleanup_doc struct doc *doc = NULL;
	int r;

	if (len >= UINT32_MAX)
		return err_make(err, EFBIG, "doc.too_large", "the file is larger than 4 GiB");
	doc = calloc(1, sizeof(*doc));
	if (!doc)
		return err_nomem(err);
	doc->data = data;
	doc->len = len;
	doc->format = format;
	r = format == DOC_JSON ? doc_json_open(doc, err) : doc_yaml_open(doc, err);
	if (r)
		return r;
	*ret = steal_ptr(doc);
	return 0;
}

int doc_next(struct doc *doc, struct doc_event *ret, struct mfw_err **err)
{
	*ret = (struct doc_event){};
	return doc->format == DOC_JSON ? doc_json_next(doc, ret, err)
				       : doc_yaml_next(doc, ret, err);
}

struct place doc_error_place(const struct doc *doc)
{
	return doc->error;
}

void doc_free(struct doc *doc)
{
	if (!doc)
		return;
	if (doc->format == DOC_JSON)
		free(doc->state);
	else
		doc_yaml_close(doc);
	buf_clear(&doc->text);
	free(doc);
}

const char *doc_kind_name(enum doc_kind kind)
{
	static const char *const names[] = {
		[DOC_NULL] = "null",
		[DOC_BOOL] = "true or false",
		[DOC_INT] = "a whole number",
		[DOC_REAL] = "a number",
		[DOC_TEXT] = "a text",
		[DOC_LIST] = "a list",
		[DOC_LIST_END] = "a list's end",
		[DOC_MAP] = "an object",
		[DOC_MAP_END] = "an object's end",
		[DOC_END] = "nothing",
	};

	return names[kind];
}

enum doc_format doc_guess(const char *data, size_t len)
{
	size_t i = 0;

	while (i < len && strchr(" \t\r\n", data[i]) && data[i])
		i++;
	return i == len || data[i] == '{' ? DOC_JSON : DOC_YAML;
}

int doc_enter(struct doc *doc, bool map, struct place at, struct mfw_err **err)
{
	if (doc->depth == DOC_DEPTH)
		return doc_refuse(doc, at, "doc.depth", err,
				  "this is nested deeper than %d levels, which no ruleset is",
				  DOC_DEPTH);
	doc->depth++;
	doc->in_map[doc->depth] = doc->at_key[doc->depth] = map;
	return 0;
}

void doc_leave(struct doc *doc)
{
	doc->depth--;
	doc_value_done(doc);
}

void doc_value_done(struct doc *doc)
{
	if (doc->in_map[doc->depth])
		doc->at_key[doc->depth] ^= true;
}

bool doc_wants_key(const struct doc *doc)
{
	return doc->in_map[doc->depth] && doc->at_key[doc->depth];
}

int doc_refuse(struct doc *doc, struct place at, const char *kind, struct mfw_err **err,
	       const char *fmt, ...)
{
	cleanup_free char *text = NULL;
	va_list args;
	int n;

	doc->error = at;
	va_start(args, fmt);
	n = vasprintf(&text, fmt, args);
	va_end(args);
	if (n < 0) {
		text = NULL;
		return err_nomem(err);
	}
	return err_make(err, EINVAL, kind, "%s", text);
}

/* ---- places within texts ---- */

/* How many bytes of a JSON text the escape at p writes, and how many bytes it is long itself. */
static size_t json_unit(const char *p, const char *end, size_t *ret_written)
{
	unsigned c = 0;

	*ret_written = 1;
	if (*p != '\\')
		return 1;
	if (end - p < 6 || p[1] != 'u')
		return 2;
	for (int i = 2; i < 6; i++)
		c = c * 16 + (p[i] <= '9' ? p[i] - '0' : (p[i] | 0x20) - 'a' + 10);
	*ret_written = c < 0x80 ? 1 : c < 0x800 ? 2 : 3;
	if (c < 0xd800 || c > 0xdbff)
		return 6;
	*ret_written = 4;
	return 12;
}

static size_t json_offset(const char *data, size_t len, size_t start, size_t n)
{
	const char *p = data + start + 1, *end = data + len;
	size_t written, used;

	for (; n && p < end; p += used) {
		used = json_unit(p, end, &written);
		if (written > n)
			break;
		n -= written;
	}
	return p - data;
}

struct place doc_place_in(const char *data, size_t len, enum doc_format format, struct place at,
			  const char *text, size_t n)
{
	size_t offset = at.offset, text_len = strlen(text);

	if (format == DOC_JSON) {
		offset = json_offset(data, len, at.offset, n);
	} else {
		size_t quote = offset < len && (data[offset] == '"' || data[offset] == '\'');

		if (offset + quote + text_len > len || memchr(text, '\n', text_len) ||
		    memcmp(data + offset + quote, text, text_len))
			return at;
		offset += quote + n;
	}
	at.column += offset - at.offset;
	at.offset = offset;
	at.length = 1;
	return at;
}
