/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/complete_live.h"

#include <dirent.h>
#include <string.h>

#include "cli/complete_expr.h"
#include "cli/session.h"

struct offering {
	struct session *session;
	const char *prefix;
	void (*offer)(const char *word, void *arg);
	void *arg;
};

static void offer_customers(const struct offering *o)
{
	cleanup(customers_free_p) struct mfw_customers *customers = NULL;

	if (mfw_customers_list(o->session->mfw, &customers, NULL))
		return;
	for (size_t i = 0; i < mfw_customers_count(customers); i++)
		o->offer(mfw_customers_get(customers, i)->name, o->arg);
}

static void offer_matchers(const struct offering *o)
{
	cleanup(matchers_free_p) struct mfw_matchers *matchers = NULL;

	if (mfw_matchers_list(o->session->mfw, &matchers, NULL))
		return;
	for (size_t i = 0; i < mfw_matchers_count(matchers); i++)
		o->offer(mfw_matchers_get(matchers, i)->name, o->arg);
}

static void offer_expression(const struct offering *o)
{
	cleanup(matchers_free_p) struct mfw_matchers *matchers = NULL;
	cleanup(lists_free_p) struct mfw_lists *own = NULL, *shared = NULL;
	const char *customer = o->session->config->customer;
	struct mfw *mfw = o->session->mfw;

	if (mfw_matchers_list(mfw, &matchers, NULL))
		return;
	/* Reading them takes privilege; without, none are offered. */
	if (strchr(o->prefix, '$') && !mfw_lists_read(mfw, NULL, &shared, NULL) && customer)
		mfw_lists_read(mfw, customer, &own, NULL);
	complete_expr(o->prefix, &(struct known_words){matchers, own, shared}, o->offer, o->arg);
}

static void offer_chains(const struct offering *o, bool refs)
{
	cleanup(listing_free_p) struct mfw_listing *listing = NULL;
	const struct config *config = o->session->config;
	struct mfw_target target = target_of(config);

	if (!config->customer && !config->table)
		return;
	if (mfw_list(o->session->mfw, &target, refs ? config->chain : NULL, false, &listing, NULL))
		return;
	for (size_t i = 0; i < mfw_listing_chain_count(listing); i++) {
		const struct mfw_chain *chain = mfw_listing_chain(listing, i);

		if (!refs)
			o->offer(chain->name, o->arg);
		for (size_t k = 0; refs && k < chain->n_rules; k++) {
			const char *ref = mfw_listing_rule(listing, i, k)->ref;

			if (ref)
				o->offer(ref, o->arg);
		}
	}
}

static void offer_lists(const struct offering *o)
{
	const struct config *config = o->session->config;
	cleanup(lists_free_p) struct mfw_lists *lists = NULL;
	const struct mfw_list_info *info;

	if (mfw_lists_read(o->session->mfw, config->shared ? NULL : config->customer, &lists, NULL))
		return;
	for (size_t i = 0; (info = mfw_lists_get(lists, i)); i++)
		if (!info->customer == config->shared)
			o->offer(info->name, o->arg);
}

static void offer_netns(const struct offering *o)
{
	DIR *dir = opendir("/run/netns");
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] != '.')
			o->offer(entry->d_name, o->arg);
	}
	if (dir)
		closedir(dir);
}

void complete_live(enum wordlist kind, const struct config *config, const char *prefix,
		   void (*offer)(const char *word, void *arg), void *arg)
{
	cleanup(session_close) struct session session = {.config = config};
	struct offering o = {.session = &session, .prefix = prefix, .offer = offer, .arg = arg};
	cleanup_fault struct fault fault = {};

	if (kind == WORDS_NONE || kind == WORDS_PATH)
		return;
	if (kind == WORDS_NETNS) {
		offer_netns(&o);
		return;
	}
	if (session_open(&session, &fault))
		return;
	if (kind == WORDS_CUSTOMER)
		offer_customers(&o);
	else if (kind == WORDS_LIST)
		offer_lists(&o);
	else if (kind == WORDS_MATCHER)
		offer_matchers(&o);
	else if (kind == WORDS_EXPRESSION)
		offer_expression(&o);
	else if (kind == WORDS_CHAIN || kind == WORDS_REF)
		offer_chains(&o, kind == WORDS_REF);
}
