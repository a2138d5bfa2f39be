/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What this machine is called: the labels that node.name and node.region are in expressions. From
 * a file, {"name": "sfo06", "region": "WNAM"}, both keys optional; no file, no labels.
 */
#ifndef APPLY_NODE_H
#define APPLY_NODE_H

#include "base/err.h"
#include "model/field.h"

/* Longest label in bytes. */
#define NODE_LABEL_MAX 63
#define NODE_FILE      "/etc/mfw/node.json"

/* {} is one without labels; NULL: there is none of that kind. */
struct node {
	char *name;
	char *region;
};

/* Errors: node.file (with the place in it). A file that is not there is no error. */
int node_read(const char *path, struct node *ret, struct mfw_err **err);
/* "NAME/REGION", "NAME" or "/REGION". Errors: node.bad. */
int node_parse(const char *text, struct node *ret, struct mfw_err **err);
/* The label that a field of the node stands for, or NULL. */
const char *node_label(const struct node *node, const struct field *field);
void node_clear(struct node *node);

#define cleanup_node cleanup(node_clear)

#endif
