/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A program that embeds the library, built against what is installed: embed CUSTOMER CHAIN MATCH
 * adds a rule that drops and prints its ref. It is C and C++.
 */
#include <mfw/mfw.h>

#include <stdio.h>

static int complain(struct mfw_err *err)
{
	fprintf(stderr, "embed: %s (%s)\n", mfw_err_message(err), mfw_err_kind(err));
	mfw_err_free(err);
	return 1;
}

static int add_rule(struct mfw_change *change, const char *chain, const char *match)
{
	struct mfw_err *err = NULL;
	struct mfw_rule rule = {MFW_SIZE(struct mfw_rule)};

	rule.match = match;
	rule.action = "drop";
	if (mfw_change_rule_add(change, chain, &rule, NULL, &err) ||
	    mfw_change_commit(change, &err))
		return complain(err);
	puts(mfw_change_ref(change, 0));
	return 0;
}

int main(int argc, char **argv)
{
	struct mfw_target target = {MFW_SIZE(struct mfw_target)};
	struct mfw_change *change;
	struct mfw_err *err = NULL;
	struct mfw *mfw;
	int status;

	if (argc != 4)
		return 2;
	target.customer = argv[1];
	if (mfw_open(NULL, &mfw, &err))
		return complain(err);
	if (mfw_change_new(mfw, &target, &change, &err)) {
		mfw_close(mfw);
		return complain(err);
	}
	status = add_rule(change, argv[2], argv[3]);
	mfw_change_free(change);
	mfw_close(mfw);
	return status;
}
