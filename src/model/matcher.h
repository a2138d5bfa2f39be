/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A matcher as the language and the code generator see it. Read from an object file by catalog;
 * pub is what callers of the library get.
 */
#ifndef MODEL_MATCHER_H
#define MODEL_MATCHER_H

#include <mfw/mfw.h>

enum param_type {
	PARAM_INT,      /* unsigned, 1, 2, 4 or 8 bytes, host order */
	PARAM_BOOL,     /* one byte, 0 or 1 */
	PARAM_BYTES,    /* struct mfw_bytes_N: u16 length, 6 bytes of padding, N bytes */
	PARAM_ENUM,     /* an enum of 4 bytes: numbers[i] is pub.words[i] */
	PARAM_DURATION, /* struct mfw_duration */
	PARAM_RATE,     /* struct mfw_rate */
	PARAM_ADDRESS,  /* struct mfw_address */
	PARAM_PREFIX,   /* struct mfw_prefix */
	PARAM_NAMES,    /* a list of names: nothing in the parameter structure */
};

struct param {
	struct mfw_param pub;
	enum param_type type;
	uint32_t offset; /* in the parameter structure, bytes */
	uint32_t len;    /* in the parameter structure, bytes */
	uint32_t *numbers;
	const struct field *names_of; /* PARAM_NAMES: what is looked up */
};

struct field;

/* A map of the matcher's, in which it remembers packets. */
struct matcher_map {
	char *name;
	uint32_t layout; /* a hash: maps of equal ones can stand in for each other */
};

struct matcher {
	struct mfw_matcher pub;
	struct field *fields; /* pub.n_fields of them; names are NAME.FIELD */
	struct mfw_field *pub_fields;
	struct param *params;    /* pub.n_params of them */
	uint32_t params_len;     /* size of the parameter structure, 0 without parameters */
	unsigned char *defaults; /* params_len bytes: the structure with every default in it */
	struct matcher_map *maps;
	size_t n_maps;
	bool keeps_state;         /* it has maps: its answer may depend on earlier packets */
	unsigned char digest[16]; /* of its object; see object_digest() */
};

#endif
