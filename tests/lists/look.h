/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bpf/look.bpf.c, linked with the functions of bpf/lib, loaded. Needs CAP_BPF and friends. */
#ifndef TESTS_LISTS_LOOK_H
#define TESTS_LISTS_LOOK_H

#include <bpf/libbpf.h>

#include "list/list.h"

struct look {
	struct bpf_object *object;
	int list; /* the map-in-map */
};

/* dir: of look.bpf.o; lib: of the functions. timed: with the maps that a list is compared to. */
int look_open(struct look *look, const char *dir, const char *lib, bool timed);
void look_close(struct look *look);
int look_map(const struct look *look, const char *name);
int look_program(const struct look *look, const char *name);

/* Builds the list in a map of its own, mapped as *ret, and puts it in the place of the last one. */
int look_list(const struct look *look, enum mfw_list_kind kind, const struct entries *entries,
	      struct area *ret);
/* The same, laid out as that says; -ENOSPC. */
int look_plan(const struct look *look, const struct list_plan *plan, const struct entries *entries,
	      struct area *ret);
void look_unmap(struct area *area);

/* The program's answer to a packet of these bytes. */
int look_ask(const struct look *look, const char *program, const void *bytes, size_t len);
/* How many instructions the verifier went through; 0: not known. */
unsigned look_cost(const struct look *look, const char *program);
/* The mean of many runs. */
unsigned look_time(const struct look *look, const char *program);

#endif
