/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "cli/action.h"
#include "cli/handlers.h"

/* The library numbers the modes in the order of these words. */
static enum mfw_mode mode_of(const char *word)
{
	for (int i = 0; mode_words[i]; i++) {
		if (!strcmp(mode_words[i], word))
			return (enum mfw_mode)i;
	}
	return MFW_MODE_ENFORCE;
}

static void rule_from(const struct config *config, const char *action, struct mfw_rule *rule)
{
	*rule = (struct mfw_rule){
		MFW_SIZE(struct mfw_rule),
		.ref = config->new_ref,
		.match = config->match,
		.object_pinned = config->object_pinned,
		.object = config->object,
		.bytecode = config->bytecode,
		.action = action,
		.comment = config->comment,
		.mode = config->mode ? mode_of(config->mode) : MFW_MODE_ENFORCE,
	};
}

/* The place by --before, --after or --index; otherwise *place stays as it is. */
static void place_from(const struct config *config, enum mfw_place_kind by_index,
		       struct mfw_place *place)
{
	place->index = config->index;
	if (config->before) {
		place->kind = MFW_PLACE_BEFORE;
		place->ref = config->before;
	} else if (config->after) {
		place->kind = MFW_PLACE_AFTER;
		place->ref = config->after;
	} else if (config->given & OPT(INDEX)) {
		place->kind = by_index;
	}
}

static int nomem(struct fault *fault)
{
	return fault_make(fault, ENOMEM, "memory", "out of memory");
}

static int add(const struct config *config, struct mfw_change *change, struct mfw_place *place,
	       struct fault *fault)
{
	cleanup_free char *action = action_join(config->words, config->n_words);
	struct mfw_err *err = NULL;
	struct mfw_rule rule;

	if (!action)
		return nomem(fault);
	rule_from(config, action, &rule);
	if (mfw_change_rule_add(change, config->chain, &rule, place, &err))
		return fault_take(fault, err);
	return 0;
}

int rule_add_step(const struct config *config, struct mfw_change *change, struct fault *fault)
{
	struct mfw_place place = {MFW_SIZE(struct mfw_place), .kind = MFW_PLACE_LAST};

	place_from(config, MFW_PLACE_AFTER_INDEX, &place);
	return add(config, change, &place, fault);
}

int rule_insert_step(const struct config *config, struct mfw_change *change, struct fault *fault)
{
	struct mfw_place place = {MFW_SIZE(struct mfw_place), .kind = MFW_PLACE_FIRST};

	place_from(config, MFW_PLACE_BEFORE_INDEX, &place);
	return add(config, change, &place, fault);
}

static int check_replace(const struct config *config, struct fault *fault)
{
	if (config->match && !config->n_words)
		return fault_usage(fault, "usage.missing",
				   "'rule replace' takes '%s' as a match and finds no action; for "
				   "a new action alone give --action ACTION",
				   config->match);
	if (config->action && config->n_words)
		return fault_usage(fault, "usage.conflict",
				   "'rule replace' is given an action twice: --action and '%s'",
				   config->words[0]);
	if (!config->n_words && !(config->given & ~(OPTS_DIRECT | OPTS_GLOBAL)))
		return fault_usage(fault, "usage.missing",
				   "'rule replace' is told nothing to change: give MATCH and "
				   "ACTION, --action, --ref, --comment or --mode");
	return 0;
}

int rule_replace_step(const struct config *config, struct mfw_change *change, struct fault *fault)
{
	cleanup_free char *joined = NULL;
	struct mfw_err *err = NULL;
	struct mfw_rule rule;

	if (check_replace(config, fault))
		return -1;
	if (config->n_words) {
		joined = action_join(config->words, config->n_words);
		if (!joined)
			return nomem(fault);
	}
	rule_from(config, joined ? joined : config->action, &rule);
	if (mfw_change_rule_replace(change, config->chain, config->ref, &rule,
				    config->mode ? &rule.mode : NULL, &err))
		return fault_take(fault, err);
	return 0;
}

int rule_move_step(const struct config *config, struct mfw_change *change, struct fault *fault)
{
	struct mfw_place place = {MFW_SIZE(struct mfw_place)};
	struct mfw_err *err = NULL;

	place_from(config, MFW_PLACE_BEFORE_INDEX, &place);
	if (mfw_change_rule_move(change, config->chain, config->ref, &place, &err))
		return fault_take(fault, err);
	return 0;
}

int rule_del_step(const struct config *config, struct mfw_change *change, struct fault *fault)
{
	struct mfw_err *err = NULL;

	for (size_t i = 0; i < config->n_words; i++) {
		if (mfw_change_rule_del(change, config->chain, config->words[i], &err))
			return fault_take(fault, err);
	}
	return 0;
}

int rule_mode_step(const struct config *config, struct mfw_change *change, struct fault *fault)
{
	struct mfw_rule rule = {MFW_SIZE(struct mfw_rule)};
	enum mfw_mode mode = mode_of(config->mode);
	struct mfw_err *err = NULL;

	if (mfw_change_rule_replace(change, config->chain, config->ref, &rule, &mode, &err))
		return fault_take(fault, err);
	return 0;
}
