/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JSON, as RFC 8259 has it. */
#include <errno.h>
#include <string.h>

#include "model/doc.h"

enum expect {
	VALUE,
	VALUE_OR_END, /* behind [ */
	KEY,          /* behind , in an object */
	KEY_OR_END,   /* behind { */
	COMMA_OR_END,
	NOTHING, /* behind the document's value */
};

struct json {
	size_t at, line_start;
	uint32_t line;
	enum expect expect;
};

int doc_json_open(struct doc *doc, struct mfw_err **err)
{
	struct json *j = calloc(1, sizeof(*j));

	if (!j)
		return err_nomem(err);
	j->line = 1;
	/* A mark that the encoding is UTF-8, which some editors write. */
	if (doc->len >= 3 && !memcmp(doc->data, "\xef\xbb\xbf", 3))
		j->at = 3;
	doc->state = j;
	return 0;
}

static struct place place_at(const struct json *j, size_t from, size_t to)
{
	return (struct place){.offset = from,
			      .line = j->line,
			      .column = from - j->line_start + 1,
			      .length = to > from ? to - from : 1};
}

/* The character at the reader, -1 at the end. */
static int peek(const struct doc *doc)
{
	const struct json *j = doc->state;

	return j->at < doc->len ? (unsigned char)doc->data[j->at] : -1;
}

static void skip_space(struct doc *doc)
{
	struct json *j = doc->state;

	for (;; j->at++) {
		int c = peek(doc);

		if (c == '\n') {
			j->line++;
			j->line_start = j->at + 1;
		} else if (c != ' ' && c != '\t' && c != '\r') {
			return;
		}
	}
}

static int refuse_here(struct doc *doc, const char *expected, struct mfw_err **err)
{
	const struct json *j = doc->state;
	int c = peek(doc);
	struct place at = place_at(j, j->at, j->at + 1);

	if (c < 0)
		return doc_refuse(doc, at, "doc.syntax", err, "expected %s, found the file's end",
				  expected);
	if (c < 0x20 || c > 0x7e)
		return doc_refuse(doc, at, "doc.syntax", err, "expected %s, found the byte 0x%02x",
				  expected, c);
	return doc_refuse(doc, at, "doc.syntax", err, "expected %s, found '%c'", expected, c);
}

/* ---- texts ---- */

static int add_utf8(struct buf *out, uint32_t c)
{
	char b[4];

	if (c < 0x80)
		return buf_add(out, (b[0] = (char)c, b), 1);
	if (c < 0x800) {
		b[0] = (char)(0xc0 | c >> 6);
		b[1] = (char)(0x80 | (c & 0x3f));
		return buf_add(out, b, 2);
	}
	if (c < 0x10000) {
		b[0] = (char)(0xe0 | c >> 12);
		b[1] = (char)(0x80 | (c >> 6 & 0x3f));
		b[2] = (char)(0x80 | (c & 0x3f));
		return buf_add(out, b, 3);
	}
	b[0] = (char)(0xf0 | c >> 18);
	b[1] = (char)(0x80 | (c >> 12 & 0x3f));
	b[2] = (char)(0x80 | (c >> 6 & 0x3f));
	b[3] = (char)(0x80 | (c & 0x3f));
	return buf_add(out, b, 4);
}

/* The value of the four hexadecimal digits at p, -1 if they are none. */
static int32_t hex4(const char *p, const char *end)
{
	int32_t value = 0;

	if (end - p < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		int c = (unsigned char)p[i], low = c | 0x20;

		if (c >= '0' && c <= '9')
			value = value * 16 + c - '0';
		else if (low >= 'a' && low <= 'f')
			value = value * 16 + low - 'a' + 10;
		else
			return -1;
	}
	return value;
}

/* \uXXXX, or two of them that are one character. Its length; 0: it is none. */
static size_t unicode(const char *p, const char *end, uint32_t *ret)
{
	int32_t c = hex4(p + 2, end), low;

	if (c <= 0 || (c >= 0xdc00 && c <= 0xdfff))
		return 0;
	*ret = c;
	if (c < 0xd800 || c > 0xdbff)
		return 6;
	if (end - p < 12 || p[6] != '\\' || p[7] != 'u')
		return 0;
	low = hex4(p + 8, end);
	if (low < 0xdc00 || low > 0xdfff)
		return 0;
	*ret = 0x10000 + ((uint32_t)(c - 0xd800) << 10) + (low - 0xdc00);
	return 12;
}

static size_t escape(const char *p, const char *end, uint32_t *ret)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *found;

	if (end - p < 2 || !p[1])
		return 0;
	if (p[1] == 'u')
		return unicode(p, end, ret);
	found = strchr(from, p[1]);
	if (!found)
		return 0;
	*ret = (unsigned char)to[found - from];
	return 2;
}

/* The length of the UTF-8 character at p; 0: there is none. */
static size_t utf8(const unsigned char *p, size_t left)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t n = *p < 0x80 ? 1 : *p >> 5 == 6 ? 2 : *p >> 4 == 14 ? 3 : *p >> 3 == 30 ? 4 : 0;
	uint32_t c = n > 1 ? *p & (0x7f >> n) : *p;

	if (!n || n > left)
		return 0;
	for (size_t i = 1; i < n; i++) {
		if (p[i] >> 6 != 2)
			return 0;
		c = c << 6 | (p[i] & 0x3f);
	}
	return c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff) ? 0 : n;
}

/* Characters that stand for themselves; the offset behind them. */
static size_t plain_run(const struct doc *doc, size_t at)
{
	for (; at < doc->len; at++) {
		unsigned char c = doc->data[at];
		size_t n;

		if (c == '"' || c == '\\' || c < 0x20)
			return at;
		if (c < 0x80)
			continue;
		n = utf8((const unsigned char *)doc->data + at, doc->len - at);
		if (!n)
			return at;
		at += n - 1;
	}
	return at;
}

static int refuse_in_text(struct doc *doc, size_t at, struct mfw_err **err)
{
	const struct json *j = doc->state;
	unsigned char c = at < doc->len ? doc->data[at] : 0;

	if (at == doc->len)
		return doc_refuse(doc, place_at(j, j->at, j->at + 1), "doc.syntax", err,
				  "this text has no end: a '\"' is missing");
	if (c == '\\')
		return doc_refuse(doc, place_at(j, at, at + 2), "doc.syntax", err,
				  "there is no such escape (\\u0000 and half surrogates are none); "
				  "a backslash itself is \\\\");
	if (c < 0x20)
		return doc_refuse(doc, place_at(j, at, at + 1), "doc.syntax", err,
				  "a text has no control characters (0x%02x); write \\u%04x", c, c);
	return doc_refuse(doc, place_at(j, at, at + 1), "doc.encoding", err,
			  "the byte 0x%02x here is not UTF-8", c);
}

static int read_text(struct doc *doc, struct doc_event *ret, struct mfw_err **err)
{
	const char *end = doc->data + doc->len;
	struct json *j = doc->state;
	size_t at = j->at + 1, to;
	uint32_t c = 0;

	doc->text.len = 0;
	for (;; at = to) {
		to = plain_run(doc, at);
		if (buf_add(&doc->text, doc->data + at, to - at))
			return err_nomem(err);
		if (to < doc->len && doc->data[to] == '"')
			break;
		at = to;
		to += to < doc->len && doc->data[to] == '\\' ? escape(doc->data + to, end, &c) : 0;
		if (to == at)
			return refuse_in_text(doc, at, err);
		if (add_utf8(&doc->text, c))
			return err_nomem(err);
	}
	ret->kind = DOC_TEXT;
	ret->text = doc->text.data;
	ret->len = doc->text.len;
	ret->place = place_at(j, j->at, to + 1);
	j->at = to + 1;
	return 0;
}

/* ---- other values ---- */

static size_t digits(const struct doc *doc, size_t at)
{
	while (at < doc->len && doc->data[at] >= '0' && doc->data[at] <= '9')
		at++;
	return at;
}

static bool is_char(const struct doc *doc, size_t at, const char *set)
{
	return at < doc->len && doc->data[at] && strchr(set, doc->data[at]);
}

/* Digits at `at`, with no zero before others; the offset behind, or `at` if there are none. */
static size_t whole(const struct doc *doc, size_t at)
{
	return is_char(doc, at, "0") ? at + 1 : digits(doc, at);
}

static int read_number(struct doc *doc, struct doc_event *ret, struct mfw_err **err)
{
	struct json *j = doc->state;
	size_t at = j->at + is_char(doc, j->at, "-"), to = whole(doc, at), part;
	char text[32];

	ret->kind = DOC_INT;
	if (to > at && is_char(doc, to, ".")) {
		ret->kind = DOC_REAL;
		part = to + 1;
		to = digits(doc, part);
		at = to == part ? to : at;
	}
	if (to > at && is_char(doc, to, "eE")) {
		ret->kind = DOC_REAL;
		part = to + 1 + is_char(doc, to + 1, "+-");
		to = digits(doc, part);
		at = to == part ? to : at;
	}
	if (to == at) {
		j->at = to;
		return refuse_here(doc, "a digit", err);
	}
	ret->place = place_at(j, j->at, to);
	snprintf(text, sizeof(text), "%.*s", (int)(to - j->at < 31 ? to - j->at : 31),
		 doc->data + j->at);
	errno = 0;
	ret->number = ret->kind == DOC_INT ? strtoll(text, NULL, 10) : 0;
	if (errno || to - j->at >= 31)
		ret->kind = DOC_REAL;
	j->at = to;
	return 0;
}

static int read_word(struct doc *doc, struct doc_event *ret, struct mfw_err **err)
{
	static const struct {
		const char *text;
		enum doc_kind kind;
		int64_t number;
	} words[] = {{"true", DOC_BOOL, 1}, {"false", DOC_BOOL, 0}, {"null", DOC_NULL, 0}};
	struct json *j = doc->state;

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		size_t len = strlen(words[i].text);

		if (doc->len - j->at < len || memcmp(doc->data + j->at, words[i].text, len))
			continue;
		ret->kind = words[i].kind;
		ret->number = words[i].number;
		ret->place = place_at(j, j->at, j->at + len);
		j->at += len;
		return 0;
	}
	return refuse_here(doc, "a value", err);
}

static int begin(struct doc *doc, bool map, struct doc_event *ret, struct mfw_err **err)
{
	struct json *j = doc->state;
	int r;

	ret->kind = map ? DOC_MAP : DOC_LIST;
	ret->place = place_at(j, j->at, j->at + 1);
	r = doc_enter(doc, map, ret->place, err);
	j->at++;
	j->expect = map ? KEY_OR_END : VALUE_OR_END;
	return r;
}

/* A value is behind us: what may come now. */
static void after_value(struct doc *doc)
{
	struct json *j = doc->state;

	j->expect = doc->depth ? COMMA_OR_END : NOTHING;
}

static int end(struct doc *doc, struct doc_event *ret)
{
	struct json *j = doc->state;

	ret->kind = doc->in_map[doc->depth] ? DOC_MAP_END : DOC_LIST_END;
	ret->place = place_at(j, j->at, j->at + 1);
	j->at++;
	doc_leave(doc);
	after_value(doc);
	return 0;
}

static int read_value(struct doc *doc, struct doc_event *ret, struct mfw_err **err)
{
	int c = peek(doc), r;

	if (c == '{' || c == '[')
		return begin(doc, c == '{', ret, err);
	if (c == '"')
		r = read_text(doc, ret, err);
	else if (c == '-' || (c >= '0' && c <= '9'))
		r = read_number(doc, ret, err);
	else
		r = read_word(doc, ret, err);
	if (r)
		return r;
	doc_value_done(doc);
	after_value(doc);
	return 0;
}

static int read_key(struct doc *doc, struct doc_event *ret, struct mfw_err **err)
{
	struct json *j = doc->state;
	int r = peek(doc) == '"' ? read_text(doc, ret, err)
				 : refuse_here(doc, "a key in quotes", err);

	if (r)
		return r;
	skip_space(doc);
	if (peek(doc) != ':')
		return refuse_here(doc, "':'", err);
	j->at++;
	j->expect = VALUE;
	doc_value_done(doc);
	return 0;
}

static int read_comma(struct doc *doc, struct mfw_err **err)
{
	struct json *j = doc->state;
	bool map = doc->in_map[doc->depth];

	if (peek(doc) != ',')
		return refuse_here(doc, map ? "',' or '}'" : "',' or ']'", err);
	j->at++;
	j->expect = map ? KEY : VALUE;
	skip_space(doc);
	return 0;
}

int doc_json_next(struct doc *doc, struct doc_event *ret, struct mfw_err **err)
{
	struct json *j = doc->state;
	int r;

	skip_space(doc);
	if (j->expect == NOTHING) {
		ret->kind = DOC_END;
		ret->place = place_at(j, j->at, j->at);
		return peek(doc) < 0 ? 0 : refuse_here(doc, "the file's end", err);
	}
	if ((j->expect == VALUE_OR_END && peek(doc) == ']') ||
	    (j->expect == KEY_OR_END && peek(doc) == '}') ||
	    (j->expect == COMMA_OR_END && peek(doc) == (doc->in_map[doc->depth] ? '}' : ']')))
		return end(doc, ret);
	if (j->expect == COMMA_OR_END) {
		r = read_comma(doc, err);
		if (r)
			return r;
	}
	if (j->expect == KEY || j->expect == KEY_OR_END)
		return read_key(doc, ret, err);
	if (!doc->depth && peek(doc) < 0)
		return doc_refuse(doc, place_at(j, j->at, j->at + 1), "doc.syntax", err,
				  "the file is empty: a ruleset is at least {\"version\": 1}");
	return read_value(doc, ret, err);
}
