/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/ruleset_reader.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "base/nearest.h"
#include "model/ruleset_rule.h"

/* How much of a wrong key is shown. */
#define SHOWN 63

/* ---- the path ---- */

/* Appends a key, as a JSON pointer writes it; how long the path was. */
static int push(struct reader *r, const char *key, size_t *ret_len)
{
	*ret_len = r->path.len;
	if (buf_add_str(&r->path, "/"))
		return -ENOMEM;
	for (; *key; key++) {
		const char *out = *key == '~' ? "~0" : *key == '/' ? "~1" : NULL;

		if (out ? buf_add_str(&r->path, out) : buf_add(&r->path, key, 1))
			return -ENOMEM;
	}
	return 0;
}

static int push_index(struct reader *r, uint32_t index, size_t *ret_len)
{
	*ret_len = r->path.len;
	return buf_printf(&r->path, "/%u", index);
}

static void pop(struct reader *r, size_t len)
{
	r->path.len = len;
	if (r->path.data)
		r->path.data[len] = 0;
}

/* ---- mistakes ---- */

int reader_note(struct reader *r, struct place at, const char *key, struct mfw_err *err)
{
	const char *text = mfw_err_source(err);
	size_t len = r->path.len;
	unsigned column;

	if (key && push(r, key, &len)) {
		mfw_err_free(err);
		return -ENOMEM;
	}
	if (text) {
		unsigned length;

		/* Of texts on one line: names, actions, bytecode. */
		mfw_err_place(err, NULL, &column, &length);
		at = doc_place_in(r->file->data, r->file->len, r->file->format, at, text,
				  column ? column - 1 : 0);
		at.length = length;
	}
	ruleset_place(&err, r->file, at, r->path.data ? r->path.data : "");
	pop(r, len);
	if (err_list_add(r->errors, err))
		return -ENOMEM;
	return r->errors->n < RULESET_ERRORS_MAX ? 0 : -ECANCELED;
}

int reader_complain(struct reader *r, struct place at, const char *key, const char *kind,
		    const char *fmt, ...)
{
	struct mfw_err *err = NULL;
	char *text;
	va_list args;
	int n;

	va_start(args, fmt);
	n = vasprintf(&text, fmt, args);
	va_end(args);
	if (n < 0)
		return -ENOMEM;
	err_make(&err, EINVAL, kind, "%s", text);
	free(text);
	return reader_note(r, at, key, err);
}

int reader_next(struct reader *r)
{
	struct mfw_err *err = NULL;
	int e = doc_next(r->doc, &r->event, &err);

	if (!e)
		return 0;
	if (e == -ENOMEM) {
		mfw_err_free(err);
		return e;
	}
	e = reader_note(r, doc_error_place(r->doc), NULL, err);
	return e ? e : -ECANCELED;
}

/* The value itself has been begun: the events up to its end. */
int reader_skip(struct reader *r)
{
	unsigned depth = 0;
	int e;

	for (;;) {
		if (r->event.kind == DOC_MAP || r->event.kind == DOC_LIST)
			depth++;
		if (r->event.kind == DOC_MAP_END || r->event.kind == DOC_LIST_END)
			depth--;
		if (!depth)
			return 0;
		e = reader_next(r);
		if (e)
			return e;
	}
}

static const char *hint(const struct reader *r, enum doc_kind wanted)
{
	bool scalar = r->event.kind == DOC_BOOL || r->event.kind == DOC_INT ||
		      r->event.kind == DOC_REAL || r->event.kind == DOC_NULL;

	return wanted == DOC_TEXT && scalar ? "; a text stands in quotes" : "";
}

bool reader_expect(struct reader *r, enum doc_kind kind, const char *what, int *ret_r)
{
	*ret_r = 0;
	if (r->event.kind == kind)
		return true;
	*ret_r = reader_complain(r, r->event.place, NULL, "ruleset.type",
				 "%s is %s, and this is %s%s", what, doc_kind_name(kind),
				 doc_kind_name(r->event.kind), hint(r, kind));
	if (!*ret_r)
		*ret_r = reader_skip(r);
	return false;
}

/* ---- objects ---- */

static int unknown_key(struct reader *r, const char *what, const struct key *keys, size_t n)
{
	struct nearest nearest = NEAREST_INIT(r->event.text);
	cleanup_buf struct buf shown = {};
	size_t len = r->event.len < SHOWN ? r->event.len : SHOWN;

	for (size_t i = 0; i < n; i++)
		nearest_try(&nearest, keys[i].name);
	if (buf_add_quoted(&shown, r->event.text, len))
		return -ENOMEM;
	return reader_complain(r, r->event.place, NULL, "ruleset.key", "%s has no key %s%s%s%s%s",
			       what, shown.data, len < r->event.len ? "..." : "",
			       nearest.best ? ": did you mean '" : "",
			       nearest.best ? nearest.best : "", nearest.best ? "'?" : "");
}

static const struct key *find_key(const struct key *keys, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(keys[i].name, name))
			return &keys[i];
	return NULL;
}

static int skip_next(struct reader *r)
{
	int e = reader_next(r);

	return e ? e : reader_skip(r);
}

static int read_value(struct reader *r, const struct key *key, void *object)
{
	size_t len;
	int e = push(r, key->name, &len);

	e = e ? e : reader_next(r);
	if (!e && key->place)
		*(struct place *)((char *)object + key->place) = r->event.place;
	e = e ? e : key->read(r, key, object);
	pop(r, len);
	return e;
}

/* The key of the current event, with its value. */
static int read_key(struct reader *r, const char *what, const struct key *keys, size_t n,
		    uint32_t *seen, void *object)
{
	const struct key *key = find_key(keys, n, r->event.text);
	uint32_t bit = key ? 1u << (key - keys) : 0;
	int e;

	if (!key)
		e = unknown_key(r, what, keys, n);
	else if (*seen & bit)
		e = reader_complain(r, r->event.place, key->name, "ruleset.key",
				    "the key '%s' stands here a second time", key->name);
	else
		return *seen |= bit, read_value(r, key, object);
	return e ? e : skip_next(r);
}

static int check_required(struct reader *r, const char *what, const struct key *keys, size_t n,
			  uint32_t seen, struct place at)
{
	int e = 0;

	for (size_t i = 0; i < n && !e; i++)
		if (keys[i].required && !(seen & 1u << i))
			e = reader_complain(r, at, NULL, "ruleset.key", "%s needs the key '%s'",
					    what, keys[i].name);
	return e;
}

int reader_object(struct reader *r, const char *what, const struct key *keys, size_t n,
		  void *object)
{
	struct place at = r->event.place;
	uint32_t seen = 0;
	int e;

	if (!reader_expect(r, DOC_MAP, what, &e))
		return e;
	while (!(e = reader_next(r)) && r->event.kind != DOC_MAP_END) {
		e = read_key(r, what, keys, n, &seen, object);
		if (e)
			return e;
	}
	return e ? e : check_required(r, what, keys, n, seen, at);
}

int reader_list(struct reader *r, const char *what,
		int (*read_one)(struct reader *r, void *ctx, uint32_t index), void *ctx)
{
	uint32_t index = 0;
	size_t len;
	int e;

	if (!reader_expect(r, DOC_LIST, what, &e))
		return e;
	while (!(e = reader_next(r)) && r->event.kind != DOC_LIST_END) {
		e = push_index(r, index, &len);
		e = e ? e : read_one(r, ctx, index++);
		pop(r, len);
		if (e)
			return e;
	}
	return e;
}

int reader_names(struct reader *r, const char *what,
		 int (*read_one)(struct reader *r, void *ctx, const char *name), void *ctx)
{
	size_t len;
	int e;

	if (!reader_expect(r, DOC_MAP, what, &e))
		return e;
	while (!(e = reader_next(r)) && r->event.kind != DOC_MAP_END) {
		cleanup_free char *name = strdup(r->event.text);

		e = name ? push(r, name, &len) : -ENOMEM;
		e = e ? e : read_one(r, ctx, name);
		if (e)
			return e;
		pop(r, len);
	}
	return e;
}

/* ---- values ---- */

static void *member(const struct key *key, void *object)
{
	return (char *)object + key->offset;
}

int reader_text(struct reader *r, const struct key *key, void *object)
{
	char **ret = member(key, object);
	int e;

	if (!reader_expect(r, DOC_TEXT, key->what, &e))
		return e;
	*ret = strdup(r->event.text);
	return *ret ? 0 : -ENOMEM;
}

int reader_int32(struct reader *r, const struct key *key, void *object)
{
	int64_t value = r->event.number;
	int e;

	if (!reader_expect(r, DOC_INT, key->what, &e))
		return e;
	if (value < INT32_MIN || value > INT32_MAX)
		return reader_complain(r, r->event.place, NULL, "ruleset.value",
				       "%s is from %d to %d, not %lld", key->what, INT32_MIN,
				       INT32_MAX, (long long)value);
	*(int32_t *)member(key, object) = value;
	return 0;
}

/* ---- a whole file ---- */

static struct ruleset_file *add_file(struct ruleset *rs, const char *name, enum doc_format format,
				     char *data, size_t len)
{
	struct ruleset_file **more = reallocarray(rs->files, rs->n_files + 1, sizeof(*more));
	struct ruleset_file *file = more ? calloc(1, sizeof(*file)) : NULL;

	if (more)
		rs->files = more;
	if (!file) {
		free(data);
		return NULL;
	}
	more[rs->n_files++] = file;
	*file = (struct ruleset_file){
		.name = strdup(name), .format = format, .data = data, .len = len};
	return file->name ? file : NULL;
}

int ruleset_read(struct ruleset *rs, const char *name, enum doc_format format, char *data,
		 size_t len, struct err_list *errors)
{
	struct reader r = {.ruleset = rs, .errors = errors};
	cleanup_doc struct doc *doc = NULL;
	struct mfw_err *err = NULL;
	int e;

	r.file = add_file(rs, name, format, data, len);
	if (!r.file || errors->n >= RULESET_ERRORS_MAX)
		return r.file ? 0 : -ENOMEM;
	e = doc_open(data, len, format, &doc, &err);
	if (e)
		return e == -ENOMEM ? e : err_list_add(errors, err);
	r.doc = doc;
	e = reader_next(&r);
	e = e ? e : ruleset_read_file(&r);
	e = e ? e : reader_next(&r);
	buf_clear(&r.path);
	return e == -ECANCELED ? 0 : e;
}
