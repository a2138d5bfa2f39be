/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/ruleset.h"

#include "cli/report.h"

/* More are not looked for. */
#define MISTAKES_MAX 20

int ruleset_report(const struct session *session, const struct mfw_ruleset *ruleset)
{
	struct fault faults[MISTAKES_MAX] = {};
	size_t n = 0;
	int status;

	for (; n < MISTAKES_MAX && mfw_ruleset_error(ruleset, n); n++)
		fault_copy(&faults[n], mfw_ruleset_error(ruleset, n));
	report_faults(session->config, faults, n);
	if (n == MISTAKES_MAX && !session->config->json)
		fputs("mfwctl: more may follow: nothing more was looked for\n", stderr);
	status = report_status(faults, n);
	for (size_t i = 0; i < n; i++)
		fault_clear(&faults[i]);
	return status;
}

int ruleset_open(struct session *session, struct mfw_ruleset **ret, int *ret_status,
		 struct fault *fault)
{
	cleanup(ruleset_free_p) struct mfw_ruleset *ruleset = NULL;
	struct mfw_err *err = NULL;

	*ret = NULL;
	if (session_open(session, fault))
		return -1;
	if (mfw_ruleset_new(session->mfw, &ruleset, &err))
		return fault_take(fault, err);
	for (size_t i = 0; i < session->n_words; i++)
		if (mfw_ruleset_read(ruleset, session->words[i], &err))
			return fault_take(fault, err);
	if (mfw_ruleset_check(ruleset, &err))
		return fault_take(fault, err);
	if (mfw_ruleset_error(ruleset, 0))
		*ret_status = ruleset_report(session, ruleset);
	else
		*ret = steal_ptr(ruleset);
	return 0;
}

void ruleset_warn(const struct mfw_ruleset *ruleset, json_t *into)
{
	json_t *list = into ? json_array() : NULL;
	const struct mfw_err *warning;

	for (size_t i = 0; (warning = mfw_ruleset_warning(ruleset, i)); i++) {
		cleanup_fault struct fault fault = {};

		fault_copy(&fault, warning);
		if (into)
			json_array_append_new(list, fault_json(&fault));
		else
			report_finding(&fault, true);
	}
	if (json_array_size(list))
		json_object_set(into, "warnings", list);
	json_decref(list);
}
