/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/said.h"

#include <errno.h>
#include <search.h>
#include <string.h>

#include "apply/program.h"

/* A pin, and the program that a rule named by it. */
struct said_of_pin {
	const char *pin;
	uint32_t id;
	enum mfw_drift drift;
	uint32_t pin_id;
};

struct said_of_inode {
	uint64_t inode;
	uint32_t id;
};

struct said_of_program {
	uint32_t id;
	char *text; /* NULL: it could not be read */
};

static int by_pin(const void *a, const void *b)
{
	const struct said_of_pin *x = a, *y = b;

	return x->id != y->id ? (x->id < y->id ? -1 : 1) : strcmp(x->pin, y->pin);
}

static int by_inode(const void *a, const void *b)
{
	const struct said_of_inode *x = a, *y = b;

	return x->inode < y->inode ? -1 : x->inode > y->inode;
}

static int by_id(const void *a, const void *b)
{
	const struct said_of_program *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

static void free_program(void *p)
{
	free(((struct said_of_program *)p)->text);
	free(p);
}

void said_clear(struct said *said)
{
	tdestroy(said->pins, free);
	tdestroy(said->inodes, free);
	tdestroy(said->programs, free_program);
	*said = (struct said){};
}

/* A copy of *key in the tree, or the one that was there. NULL without memory. */
static void *find_or_add(void **tree, const void *key, size_t size,
			 int (*compare)(const void *, const void *), bool *ret_new)
{
	void **found = tfind(key, tree, compare), *added;

	*ret_new = !found;
	if (found)
		return *found;
	added = malloc(size);
	if (!added)
		return NULL;
	memcpy(added, key, size);
	if (tsearch(added, tree, compare))
		return added;
	free(added);
	return NULL;
}

/* Links of one pin are asked once. 0: it is no program. */
static uint32_t program_at(struct said *said, const char *pin, uint64_t inode)
{
	struct said_of_inode key = {.inode = inode}, *w;
	cleanup_close int fd = -1;
	struct prog_info info;
	bool is_new;

	w = find_or_add(&said->inodes, &key, sizeof(key), by_inode, &is_new);
	if (w && is_new && !kernel_prog_open(pin, &fd, NULL) && !kernel_prog_info(fd, &info, NULL))
		w->id = info.id;
	return w ? w->id : 0;
}

static void compare_pin(struct said *said, struct said_of_pin *w)
{
	uint64_t inode;

	w->drift = MFW_DRIFT_PIN_MISSING;
	if (kernel_pin_id(w->pin, &inode))
		return;
	w->pin_id = program_at(said, w->pin, inode);
	if (w->pin_id)
		w->drift = w->pin_id == w->id ? MFW_DRIFT_NONE : MFW_DRIFT_PIN_REPLACED;
}

/* The rule has to stay as long as this. */
static const struct said_of_pin *pin_of(struct said *said, const struct rule *rule)
{
	struct said_of_pin key = {.pin = rule->program->pin, .id = rule->program->id}, *w;
	bool is_new;

	w = find_or_add(&said->pins, &key, sizeof(key), by_pin, &is_new);
	if (w && is_new)
		compare_pin(said, w);
	return w;
}

/* The text that the running program was built from. */
static const char *source_of(struct said *said, uint32_t id)
{
	struct said_of_program key = {.id = id}, *w;
	cleanup_buf struct buf text = {};
	cleanup_close int fd = -1;
	bool is_new;

	w = find_or_add(&said->programs, &key, sizeof(key), by_id, &is_new);
	if (w && is_new && !kernel_prog_by_id(id, &fd) && !kernel_prog_source(fd, &text))
		w->text = buf_steal(&text);
	return w ? w->text : NULL;
}

int said_match(struct said *said, struct rule *rule)
{
	cleanup_buf struct buf text = {};
	const char **member;

	if (!rule->program)
		return rule->kind == MATCH_EXPR ? rule_set_text(&rule->pub.match, "true") : 0;
	member = rule_match_text(rule, rule->kind);
	if (rule->kind == MATCH_EXPR)
		return rule_set_text(member, source_of(said, rule->program->id));
	/* Or the path that it came from. */
	return program_origin(rule->program->pin, &text) ? 0 : rule_set_text(member, text.data);
}

void said_forget_pins(struct said *said)
{
	tdestroy(said->pins, free);
	said->pins = NULL;
}

int said_complete(struct said *said, struct rule *rule, uint32_t index)
{
	const struct said_of_pin *w;

	rule->pub.index = index;
	if (!rule->program)
		return said_match(said, rule);
	w = pin_of(said, rule);
	if (!w)
		return -ENOMEM;
	rule->pub.prog_id = w->id;
	rule->pub.drift = w->drift;
	rule->pub.pin_prog_id = w->drift == MFW_DRIFT_PIN_REPLACED ? w->pin_id : 0;
	if (rule_set_text(&rule->pub.pin, rule->program->pin) ||
	    rule_set_text(&rule->pub.hash, rule->program->hex))
		return -ENOMEM;
	return said->texts ? said_match(said, rule) : 0;
}
