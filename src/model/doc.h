/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A JSON or YAML document as a stream of events, each with its place: nothing of it is kept, so
 * that a large file costs what its reader keeps. JSON is read as RFC 8259 has it, by a reader of
 * our own: jansson tells no places, and YAML's readers take JSON for YAML (tabs are errors,
 * surrogates are not joined). YAML is read by libyaml, scalars as YAML 1.2's core schema has them:
 * yes, no, on and off are texts. Aliases, tags of one's own and second documents are refused, and
 * so is in both formats what is nested deeper than DOC_DEPTH, or a text with a NUL in it.
 */
#ifndef MODEL_DOC_H
#define MODEL_DOC_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

#define DOC_DEPTH 32

enum doc_format { DOC_JSON, DOC_YAML };

enum doc_kind {
	DOC_NULL,
	DOC_BOOL,
	DOC_INT,
	DOC_REAL, /* also a whole number that int64_t has no room for */
	DOC_TEXT, /* also every key */
	DOC_LIST,
	DOC_LIST_END,
	DOC_MAP, /* keys and values follow in turn */
	DOC_MAP_END,
	DOC_END, /* of the document; there is nothing behind it */
};

/* Where something stands: offset in bytes from 0, line and column (in bytes) from 1. */
struct place {
	uint32_t offset, line, column, length;
};

struct doc_event {
	enum doc_kind kind;
	const char *text; /* DOC_TEXT, UTF-8: until the next event */
	size_t len;
	int64_t number; /* DOC_INT; DOC_BOOL: 0 or 1 */
	struct place place;
};

struct doc;

/*
 * data stays the caller's, and has to stay; at most UINT32_MAX bytes. Errors: doc.too_large,
 * ENOMEM.
 */
int doc_open(const char *data, size_t len, enum doc_format format, struct doc **ret,
	     struct mfw_err **err);
/* After a failure there is no going on. Errors: doc.syntax, doc.encoding, doc.alias, doc.depth. */
int doc_next(struct doc *doc, struct doc_event *ret, struct mfw_err **err);
/* Where doc_next() failed. */
struct place doc_error_place(const struct doc *doc);
void doc_free(struct doc *doc);

/* "a text", "a whole number", ...: as messages say it. */
const char *doc_kind_name(enum doc_kind kind);
/* JSON unless the first character says otherwise. */
enum doc_format doc_guess(const char *data, size_t len);
/*
 * The place of the n-th byte of the text of an event at `at`; that of the text itself where it is
 * written in a way in which its bytes cannot be told apart.
 */
struct place doc_place_in(const char *data, size_t len, enum doc_format format, struct place at,
			  const char *text, size_t n);

DEFINE_CLEANUP(doc_cleanup, struct doc *, doc_free)
#define cleanup_doc cleanup(doc_cleanup_p)

/* ---- between the files of doc ---- */

struct doc {
	const char *data;
	size_t len;
	enum doc_format format;
	struct buf text;
	struct place error;
	unsigned depth;
	bool in_map[DOC_DEPTH + 1]; /* by depth; [0] is the document itself */
	bool at_key[DOC_DEPTH + 1]; /* the next value in this map is a key */
	void *state;                /* the format's own */
};

int doc_json_open(struct doc *doc, struct mfw_err **err);
int doc_json_next(struct doc *doc, struct doc_event *ret, struct mfw_err **err);
int doc_yaml_open(struct doc *doc, struct mfw_err **err);
int doc_yaml_next(struct doc *doc, struct doc_event *ret, struct mfw_err **err);
void doc_yaml_close(struct doc *doc);
/* Goes into a map or list, or out of it; a refusal when that is too deep. */
int doc_enter(struct doc *doc, bool map, struct place at, struct mfw_err **err);
void doc_leave(struct doc *doc);
/* Notes that a whole value, or a key, has been read. */
void doc_value_done(struct doc *doc);
bool doc_wants_key(const struct doc *doc);
/* A failure at a place, as a tail. */
int doc_refuse(struct doc *doc, struct place at, const char *kind, struct mfw_err **err,
	       const char *fmt, ...) ERR_PRINTF(5, 6);

#endif
