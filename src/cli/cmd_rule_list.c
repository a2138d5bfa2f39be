/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "cli/handlers.h"
#include "cli/out.h"
#include "cli/rule_list.h"

enum format {
	FORMAT_TEXT,
	FORMAT_JSON,
	FORMAT_NFT,
};

static int print_one(const struct listed *listed, enum format format, bool *first)
{
	cleanup_foreign struct foreign foreign = {};

	if (foreign_read(&foreign, listed->listing, listed->netns))
		return -1;
	if (format == FORMAT_JSON)
		return rule_list_json(listed, &foreign, first);
	if (!*first && mfw_listing_chain_count(listed->listing))
		putchar('\n');
	*first = false;
	return format == FORMAT_NFT ? rule_list_nft(listed, &foreign)
				    : rule_list_text(listed, &foreign);
}

static int print_all(const struct lists *lists, enum format format, struct fault *fault)
{
	bool first = true;

	for (size_t i = 0; i < lists->n; i++) {
		if (!lists->all[i]->listing)
			continue;
		if (print_one(lists->all[i], format, &first))
			return fault_make(fault, ENOMEM, "memory", "out of memory");
	}
	return 0;
}

/* What follows the chains in the JSON object. */
static int close_json(const struct session *session, const struct lists *lists)
{
	json_t *object = json_object(), *errors;
	int status = lists_status(session, lists, object);

	errors = json_object_get(object, "errors");
	fputs("\n]", stdout);
	if (errors) {
		fputs(", \"errors\": ", stdout);
		json_dumpf(errors, stdout, 0);
	}
	puts("}");
	json_decref(object);
	return status;
}

static enum format format_of(const struct config *config)
{
	if (config->format && !strcmp(config->format, "nft"))
		return FORMAT_NFT;
	if (config->json || (config->format && !strcmp(config->format, "json")))
		return FORMAT_JSON;
	return FORMAT_TEXT;
}

int rule_list(struct session *session, struct fault *fault)
{
	enum format format = format_of(session->config);
	cleanup_lists struct lists lists = {};

	if (lists_read(session, &lists, fault))
		return -1;
	if (format == FORMAT_JSON)
		fputs("{\"chains\": [", stdout);
	if (print_all(&lists, format, fault))
		return -1;
	if (format == FORMAT_JSON)
		return close_json(session, &lists);
	return lists_status(session, &lists, NULL);
}
