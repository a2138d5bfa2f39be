/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The functions in bpf/lib that programs call, as a table. */
#ifndef CODEGEN_RUNTIME_H
#define CODEGEN_RUNTIME_H

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>

enum runtime_object {
	RUNTIME_OBJECT_PARSE,
	RUNTIME_OBJECT_BYTES,
	RUNTIME_OBJECT_COUNTRY,
	RUNTIME_OBJECT_ASNUM,
	RUNTIME_OBJECT_VALUE,
	RUNTIME_OBJECT_LIST,
	RUNTIME_OBJECT_NAME,
	RUNTIME_OBJECT_VALUE_NAME,
	RUNTIME_OBJECTS,
};

enum runtime_function {
	RUNTIME_PARSE,
	RUNTIME_TEXT_AT,
	RUNTIME_BYTES_ORDER,
	RUNTIME_BYTES_FIND,
	RUNTIME_BYTES_HASH,
	RUNTIME_VIEW_CUT,
	RUNTIME_COUNTRY,
	RUNTIME_ASNUM,
	RUNTIME_VALUE_AT,
	RUNTIME_VALUE_ORDER,
	RUNTIME_VALUE_FIND,
	RUNTIME_VALUE_HASH,
	RUNTIME_VALUE_FOLD,
	RUNTIME_LIST_HAS,
	RUNTIME_NAME_HAS,
	RUNTIME_VALUE_NAME_HAS,
	RUNTIME_VALUE_DOMAIN_HAS,
	RUNTIME_N,
};

struct runtime {
	const char *name;
	enum runtime_object object;
	/*
	 * skb s, packet P, const view v, view V, text t, const value m, value M, signed i,
	 * unsigned u, list l, address a.
	 */
	const char *args;
	bool wide; /* the result is an unsigned number of 64 bits, rather than an int */
};

const struct runtime *runtime_at(enum runtime_function function);
const char *runtime_object_name(enum runtime_object object);
/* Its file in the first of path's directories that has it, as DIR/lib/NAME.bpf.o; or -ENOENT. */
int runtime_path(const char *path, enum runtime_object object, char ret[PATH_MAX],
		 struct stat *ret_stat);

#endif
