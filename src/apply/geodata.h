/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Data sets about addresses in the kernel, for all customers: a slot each, pinned as geo/country
 * and geo/asnum under the pin root. What lies in a pinned slot is always a whole data set.
 */
#ifndef APPLY_GEODATA_H
#define APPLY_GEODATA_H

#include "apply/context.h"
#include "geo/geo.h"

/* The name of its map in programs' objects. */
const char *geodata_map(enum geo_kind kind);

/*
 * The slot, for programs to be bound to. Errors: geo.missing (with the command that helps),
 * geo.denied.
 */
int geodata_slot(enum geo_kind kind, int *ret_fd, struct mfw_err **err);
/* A slot of its own, not pinned, with these words. Errors: bpf.map, bpf.denied. */
int geodata_new_slot(const struct buf *words, int *ret_fd, struct mfw_err **err);
/* What is there now, to be read; its data is sound. Errors: geo.missing, geo.denied, geo.broken. */
int geodata_read(enum geo_kind kind, struct kernel_array *ret, struct mfw_err **err);

/* The public functions' bodies. */
int geodata_set(struct mfw *mfw, enum geo_kind kind, const char *file, struct mfw_err **err);
int geodata_del(struct mfw *mfw, enum geo_kind kind, struct mfw_err **err);

#endif
