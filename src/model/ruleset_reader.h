/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading a document into structures by tables of keys. A mistake is noted and reading goes on
 * behind the value; functions return 0 then, and a negative errno only where nothing can go on
 * (-ECANCELED: a mistake of syntax, or enough mistakes).
 */
#ifndef MODEL_RULESET_READER_H
#define MODEL_RULESET_READER_H

#include "model/ruleset.h"

struct reader {
	struct ruleset *ruleset;
	struct ruleset_file *file;
	struct doc *doc;
	struct doc_event event; /* the value's first one, where a value is read */
	struct err_list *errors;
	struct buf path; /* the JSON pointer of the value */
};

/* One key of an object: `read` reads its value into the object's member at offset. */
struct key {
	const char *name;
	int (*read)(struct reader *r, const struct key *key, void *object);
	size_t offset;
	bool required;
	const char *what; /* for messages: "a rule's mode" */
	size_t place;     /* 0, or the offset of a struct place that gets the value's */
};

/* Reads an object; *ret_place (may be NULL): where it begins. what: "a rule", say. */
int reader_object(struct reader *r, const char *what, const struct key *keys, size_t n_keys,
		  void *object);
/* Reads a list, each element by read_one with ctx and its index. */
int reader_list(struct reader *r, const char *what,
		int (*read_one)(struct reader *r, void *ctx, uint32_t index), void *ctx);
/* Reads an object whose keys are names. read_one gets the name. */
int reader_names(struct reader *r, const char *what,
		 int (*read_one)(struct reader *r, void *ctx, const char *name), void *ctx);

/* The value is a text: a copy in the char * at offset. */
int reader_text(struct reader *r, const struct key *key, void *object);
/* The value is a whole number of int32_t: in the int32_t at offset. */
int reader_int32(struct reader *r, const struct key *key, void *object);
/* Whether the value is of that kind; if not, that is noted, and it is passed over (*ret_r). */
bool reader_expect(struct reader *r, enum doc_kind kind, const char *what, int *ret_r);
/* The next event; what is no document is noted and ends everything. */
int reader_next(struct reader *r);
/* Passes over the value. */
int reader_skip(struct reader *r);

/* Notes a mistake at a place: of the value, or of its key `key`, if that is not NULL. */
int reader_complain(struct reader *r, struct place at, const char *key, const char *kind,
		    const char *fmt, ...) ERR_PRINTF(5, 6);
/* Notes an error that is there already. Its place, if it has one, is one in the value's text. */
int reader_note(struct reader *r, struct place at, const char *key, struct mfw_err *err);

#endif
