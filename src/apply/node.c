/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/node.h"
#include "base/buf.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <string.h>

#define FILE_MAX 65536

void node_clear(struct node *node)
{
	free(node->name);
	free(node->region);
	*node = (struct node){};
}

const char *node_label(const struct node *node, const struct field *field)
{
	return field->id == FIELD_NODE_NAME ? node->name : node->region;
}

/* Why it cannot be a label; NULL: it can. */
static const char *why_no_label(const char *text, size_t len)
{
	if (!len || len > NODE_LABEL_MAX)
		return "it has 1 to 63 bytes";
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f || text[i] == '/')
			return "it has neither control characters nor '/'";
	return NULL;
}

/* ---- the file ---- */

/* The error's place is that of the key in the text, or of the file's beginning. */
static int refuse_key(const char *path, const char *text, const char *key, const char *why,
		      struct mfw_err **err)
{
	cleanup_buf struct buf quoted = {};
	const char *found = text;

	if (buf_printf(&quoted, "\"%s\"", key))
		return err_nomem(err);
	if (*key)
		found = strstr(text, quoted.data);
	err_make(err, EINVAL, "node.file", "%s: %s%s%s", path, *key ? quoted.data : "",
		 *key ? ": " : "", why);
	return err_at_offset(err, text, found ? (size_t)(found - text) : 0,
			     found && *key ? quoted.len : 1);
}

static int take_label(const char *path, const char *text, const char *key, const json_t *value,
		      char **ret, struct mfw_err **err)
{
	const char *label = json_string_value(value), *why;

	if (!label)
		return refuse_key(path, text, key, "a label is a text, in quotes", err);
	why = why_no_label(label, json_string_length(value));
	if (why)
		return refuse_key(path, text, key, why, err);
	*ret = strdup(label);
	return *ret ? 0 : err_nomem(err);
}

static int take_keys(const char *path, const char *text, json_t *root, struct node *node,
		     struct mfw_err **err)
{
	const char *key;
	json_t *value;
	int r = 0;

	if (!json_is_object(root))
		return refuse_key(path, text, "", "expected an object, {\"name\": \"sfo06\", ...}",
				  err);
	json_object_foreach(root, key, value)
	{
		if (!strcmp(key, "name"))
			r = take_label(path, text, key, value, &node->name, err);
		else if (!strcmp(key, "region"))
			r = take_label(path, text, key, value, &node->region, err);
		else
			r = refuse_key(path, text, key,
				       "there is no such key, only \"name\" and \"region\"", err);
		if (r)
			return r;
	}
	return 0;
}

static int parse_json(const char *path, const char *text, size_t len, struct node *node,
		      struct mfw_err **err)
{
	json_error_t error;
	json_t *root = json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
	int r;

	if (!root) {
		size_t at = error.position > 0 && (size_t)error.position <= len
				    ? (size_t)error.position - 1
				    : 0;

		err_make(err, EINVAL, "node.file", "%s is not JSON: %s", path, error.text);
		return err_at_offset(err, text, at, 1);
	}
	r = take_keys(path, text, root, node, err);
	json_decref(root);
	return r;
}

int node_read(const char *path, struct node *ret, struct mfw_err **err)
{
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	cleanup_node struct node node = {};
	cleanup_buf struct buf text = {};
	int r;

	if (fd < 0 && errno == ENOENT)
		return 0;
	r = fd < 0 ? -errno : buf_read_fd(&text, fd, FILE_MAX);
	if (r)
		return err_make(err, -r, "node.file", "cannot read %s: %s", path,
				r == -EFBIG ? "it is larger than 64 kB" : strerror(-r));
	r = parse_json(path, text.data ? text.data : "", text.len, &node, err);
	if (r)
		return r;
	*ret = node;
	node = (struct node){};
	return 0;
}

/* ---- one text ---- */

static int take_part(const char *text, size_t len, char **ret, struct mfw_err **err)
{
	const char *why = len ? why_no_label(text, len) : NULL;

	if (why)
		return err_make(err, EINVAL, "node.bad", "'%.80s' is no label of a node: %s", text,
				why);
	*ret = len ? strndup(text, len) : NULL;
	return len && !*ret ? err_nomem(err) : 0;
}

int node_parse(const char *text, struct node *ret, struct mfw_err **err)
{
	size_t len = strcspn(text, "/");
	const char *region = text[len] ? text + len + 1 : "";
	cleanup_node struct node node = {};
	int r = take_part(text, len, &node.name, err);

	r = r ? r : take_part(region, strlen(region), &node.region, err);
	if (!r && !node.name && !node.region)
		r = err_make(err, EINVAL, "node.bad",
			     "a node is given as NAME/REGION, NAME or /REGION");
	if (r)
		return r;
	*ret = node;
	node = (struct node){};
	return 0;
}
