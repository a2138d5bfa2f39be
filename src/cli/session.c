/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/session.h"

#include "cli/pending.h"

#include <limits.h>
#include <string.h>
#include <sys/resource.h>

/* NULL also when it is empty. */
static const char *from_environment(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

int session_open(struct session *session, struct fault *fault)
{
	const struct config *config = session->config;
	struct mfw_options opts = {
		MFW_SIZE(struct mfw_options),
		.matcher_path = config->matcher_path,
		.holder = "mfwctl",
	};
	struct mfw_err *err = NULL;

	if (session->mfw)
		return 0;
	if (!opts.matcher_path)
		opts.matcher_path = from_environment("MFW_MATCHER_PATH");
	opts.node_file = from_environment("MFW_NODE_FILE");
	opts.node = config->node;
	opts.state_dir = pending_state_dir();
	/* With `geo set` they are what is to be loaded. */
	if (session->command && strcmp(session->command->noun, "geo") != 0) {
		opts.country_file = config->country;
		opts.asnum_file = config->asn;
	}
	if (config->given & OPT(CUSTOMER))
		opts.customer = config->customer;
	opts.lists = config->lists.all;
	opts.n_lists = config->lists.n;
	if (config->given & OPT(WAIT)) {
		/* To the library 0 means its default; not to wait is the least that it knows. */
		uint64_t ms = config->wait_s ? (uint64_t)config->wait_s * 1000 : 1;

		opts.lock_wait_ms = ms < UINT_MAX ? (unsigned)ms : UINT_MAX;
	}
	if (mfw_open(&opts, &session->mfw, &err))
		return fault_take(fault, err);
	return 0;
}

void session_close(struct session *session)
{
	mfw_close(session->mfw);
	session->mfw = NULL;
}

struct mfw_target target_of(const struct config *config)
{
	struct mfw_target target = {MFW_SIZE(struct mfw_target)};

	if (config->table) {
		target.netns = config->netns;
		target.family = config->family;
		target.table = config->table;
	} else {
		target.customer = config->customer;
	}
	return target;
}

void session_raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur == limit.rlim_max)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}
