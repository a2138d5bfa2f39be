/* SPDX-License-Identifier: GPL-2.0-or-later */
/* YAML's events, told apart by the core schema of YAML 1.2. */
#include <errno.h>
#include <string.h>
#include <yaml.h>

#include "model/doc.h"

struct yaml {
	yaml_parser_t parser;
	yaml_event_t event;
	/* libyaml counts characters; bytes are counted along, forwards only. */
	size_t at;
	uint32_t line, column; /* in characters, from 0 */
	size_t line_start;
};

int doc_yaml_open(struct doc *doc, struct mfw_err **err)
{
	struct yaml *y = calloc(1, sizeof(*y));

	if (!y || !yaml_parser_initialize(&y->parser)) {
		free(y);
		return err_nomem(err);
	}
	yaml_parser_set_encoding(&y->parser, YAML_UTF8_ENCODING);
	/* A mark that the encoding is UTF-8, which some editors write. */
	if (doc->len >= 3 && !memcmp(doc->data, "\xef\xbb\xbf", 3))
		y->at = 3;
	yaml_parser_set_input_string(&y->parser, (const unsigned char *)doc->data + y->at,
				     doc->len - y->at);
	doc->state = y;
	return 0;
}

void doc_yaml_close(struct doc *doc)
{
	struct yaml *y = doc->state;

	if (!y)
		return;
	yaml_event_delete(&y->event);
	yaml_parser_delete(&y->parser);
	free(y);
}

/* The length of the line break at p: those that libyaml knows; 0: there is none. */
static size_t line_break(const char *p, size_t left)
{
	if (*p == '\n')
		return 1;
	if (*p == '\r')
		return left > 1 && p[1] == '\n' ? 2 : 1;
	if (left > 1 && !memcmp(p, "\xc2\x85", 2))
		return 2;
	return left > 2 && (!memcmp(p, "\xe2\x80\xa8", 3) || !memcmp(p, "\xe2\x80\xa9", 3)) ? 3 : 0;
}

static size_t char_len(unsigned char c)
{
	return c < 0xc0 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

static struct place place_of(struct doc *doc, const yaml_mark_t *from, const yaml_mark_t *to)
{
	struct yaml *y = doc->state;

	while (y->at < doc->len &&
	       (y->line < from->line || (y->line == from->line && y->column < from->column))) {
		size_t n = line_break(doc->data + y->at, doc->len - y->at);

		y->column++;
		y->at += n ? n : char_len(doc->data[y->at]);
		if (!n)
			continue;
		y->line++;
		y->column = 0;
		y->line_start = y->at;
	}
	if (y->at > doc->len)
		y->at = doc->len;
	return (struct place){
		.offset = y->at,
		.line = y->line + 1,
		.column = y->at - y->line_start + 1,
		.length = to->line == from->line && to->column > from->column
				  ? to->column - from->column
				  : 1,
	};
}

static int refuse_parse(struct doc *doc, struct mfw_err **err)
{
	struct yaml *y = doc->state;
	const yaml_parser_t *p = &y->parser;
	struct place at;

	if (p->error == YAML_MEMORY_ERROR)
		return err_nomem(err);
	if (p->error == YAML_READER_ERROR) {
		at = place_of(doc, &p->mark, &p->mark);
		return doc_refuse(doc, at, "doc.encoding", err, "the file is no YAML: %s",
				  p->problem);
	}
	at = place_of(doc, &p->problem_mark, &p->problem_mark);
	return doc_refuse(doc, at, "doc.syntax", err, "%s%s%s", p->context ? p->context : "",
			  p->context ? ": " : "", p->problem);
}

/* ---- scalars ---- */

static bool is_one_of(const char *text, const char *const *words)
{
	for (; *words; words++)
		if (!strcmp(text, *words))
			return true;
	return false;
}

static bool is_real(const char *text)
{
	static const char *const special[] = {".inf",  ".Inf",  ".INF",  "-.inf", "-.Inf",
					      "-.INF", "+.inf", "+.Inf", "+.INF", ".nan",
					      ".NaN",  ".NAN",  NULL};
	size_t n = strspn(text, "-+"), whole = strspn(text + n, "0123456789"), part = 0;
	const char *p = text + n + whole;

	if (is_one_of(text, special))
		return true;
	if (n > 1)
		return false;
	if (*p == '.') {
		part = strspn(++p, "0123456789");
		p += part;
	}
	if (!whole && !part)
		return false;
	if (*p == 'e' || *p == 'E') {
		p += 1 + (p[1] == '-' || p[1] == '+');
		part = strspn(p, "0123456789");
		p += part;
		if (!part)
			return false;
	}
	return !*p;
}

/* Whether the text is a whole number; *ret_fits: int64_t has room for it. */
static bool is_whole(const char *text, int64_t *ret, bool *ret_fits)
{
	const char *p = text + (*text == '-' || *text == '+'), *set = "0123456789";
	int base = 10;

	if (!strncmp(text, "0x", 2)) {
		base = 16;
		set = "0123456789abcdefABCDEF";
		p = text + 2;
	} else if (!strncmp(text, "0o", 2)) {
		base = 8;
		set = "01234567";
		p = text + 2;
	}
	if (!*p || p[strspn(p, set)])
		return false;
	errno = 0;
	*ret = strtoll(base == 10 ? text : p, NULL, base);
	*ret_fits = !errno;
	return true;
}

static void resolve(struct doc_event *ret)
{
	static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL};
	static const char *const yes[] = {"true", "True", "TRUE", NULL};
	static const char *const no[] = {"false", "False", "FALSE", NULL};
	bool fits = true;

	if (is_one_of(ret->text, nulls)) {
		ret->kind = DOC_NULL;
	} else if (is_one_of(ret->text, yes) || is_one_of(ret->text, no)) {
		ret->kind = DOC_BOOL;
		ret->number = is_one_of(ret->text, yes);
	} else if (is_whole(ret->text, &ret->number, &fits)) {
		ret->kind = fits ? DOC_INT : DOC_REAL;
	} else if (is_real(ret->text)) {
		ret->kind = DOC_REAL;
	}
}

static int refuse_tag(struct doc *doc, const char *tag, struct place at, struct mfw_err **err)
{
	return doc_refuse(doc, at, "doc.syntax", err, "the tag %.60s means nothing in a ruleset",
			  tag);
}

static int scalar(struct doc *doc, struct doc_event *ret, struct mfw_err **err)
{
	struct yaml *y = doc->state;
	const yaml_event_t *e = &y->event;
	const char *tag = (const char *)e->data.scalar.tag;
	bool key = doc_wants_key(doc);

	ret->kind = DOC_TEXT;
	ret->text = (const char *)e->data.scalar.value;
	ret->len = e->data.scalar.length;
	if (memchr(ret->text, 0, ret->len))
		return doc_refuse(doc, ret->place, "doc.encoding", err, "a text cannot have a NUL");
	if (tag && strcmp(tag, YAML_STR_TAG))
		return refuse_tag(doc, tag, ret->place, err);
	if (!tag && !key && e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE)
		resolve(ret);
	doc_value_done(doc);
	return 0;
}

static int begin(struct doc *doc, bool map, const yaml_char_t *tag, struct doc_event *ret,
		 struct mfw_err **err)
{
	const char *plain = map ? YAML_MAP_TAG : YAML_SEQ_TAG;

	if (tag && strcmp((const char *)tag, plain))
		return refuse_tag(doc, (const char *)tag, ret->place, err);
	if (doc_wants_key(doc))
		return doc_refuse(doc, ret->place, "doc.syntax", err, "a key is a text here");
	ret->kind = map ? DOC_MAP : DOC_LIST;
	ret->place.length = 1;
	return doc_enter(doc, map, ret->place, err);
}

static int leave(struct doc *doc, enum doc_kind kind, struct doc_event *ret)
{
	ret->kind = kind;
	doc_leave(doc);
	return 0;
}

/* Into our event; 1: there is none for it. */
static int translate(struct doc *doc, struct doc_event *ret, struct mfw_err **err)
{
	struct yaml *y = doc->state;
	const yaml_event_t *e = &y->event;

	switch (e->type) {
	case YAML_SCALAR_EVENT: return scalar(doc, ret, err);
	case YAML_SEQUENCE_START_EVENT:
		return begin(doc, false, e->data.sequence_start.tag, ret, err);
	case YAML_MAPPING_START_EVENT: return begin(doc, true, e->data.mapping_start.tag, ret, err);
	case YAML_SEQUENCE_END_EVENT: return leave(doc, DOC_LIST_END, ret);
	case YAML_MAPPING_END_EVENT: return leave(doc, DOC_MAP_END, ret);
	case YAML_ALIAS_EVENT:
		return doc_refuse(doc, ret->place, "doc.alias", err,
				  "a ruleset has no aliases (*NAME): write it out");
	case YAML_DOCUMENT_START_EVENT:
		if (!doc->at_key[0])
			return doc->at_key[0] = true, 1;
		return doc_refuse(doc, ret->place, "doc.syntax", err,
				  "a second document begins here; a ruleset is one");
	case YAML_NO_EVENT: /* behind the end */
	case YAML_STREAM_END_EVENT: ret->kind = DOC_END; return 0;
	default: return 1;
	}
}

int doc_yaml_next(struct doc *doc, struct doc_event *ret, struct mfw_err **err)
{
	struct yaml *y = doc->state;
	int r;

	do {
		yaml_event_delete(&y->event);
		if (!yaml_parser_parse(&y->parser, &y->event))
			return refuse_parse(doc, err);
		ret->place = place_of(doc, &y->event.start_mark, &y->event.end_mark);
		r = translate(doc, ret, err);
	} while (r > 0);
	return r;
}
