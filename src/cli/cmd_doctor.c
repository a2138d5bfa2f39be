/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/handlers.h"
#include "cli/out.h"

#include <unistd.h>

#include "base/cleanup.h"

static const char *const health_words[] = {
	[MFW_HEALTH_OK] = "ok",
	[MFW_HEALTH_WARN] = "warn",
	[MFW_HEALTH_FAIL] = "fail",
};

static const enum out_style health_styles[] = {
	[MFW_HEALTH_OK] = OUT_GREEN,
	[MFW_HEALTH_WARN] = OUT_YELLOW,
	[MFW_HEALTH_FAIL] = OUT_RED,
};

static json_t *finding_json(const struct mfw_finding *finding)
{
	json_t *object = json_object();

	out_set_text(object, "check", finding->check);
	out_set_text(object, "health", health_words[finding->health]);
	out_set_text(object, "message", finding->message);
	out_set_text(object, "remedy", finding->remedy);
	return object;
}

static void print_finding(const struct mfw_finding *finding)
{
	printf("%s%-4s%s  %-12s  %s\n", out_color(stdout, health_styles[finding->health]),
	       health_words[finding->health], out_color(stdout, OUT_NORMAL), finding->check,
	       finding->message);
	if (finding->remedy)
		printf("%20s-> %s\n", "", finding->remedy);
}

static bool show(const struct mfw_finding *finding, json_t *into)
{
	if (into)
		json_array_append_new(into, finding_json(finding));
	else
		print_finding(finding);
	return finding->health != MFW_HEALTH_FAIL;
}

static bool show_all(const struct mfw_report *report, json_t *into)
{
	bool fit = true;

	for (size_t i = 0; i < mfw_report_count(report); i++)
		fit &= show(mfw_report_get(report, i), into);
	return fit;
}

/* The library does not use libxtables: it is the command that lists what others put there. */
static bool show_extensions(json_t *into)
{
	const char *set = getenv("XTABLES_LIBDIR"), *dir = set ? set : XTABLES_DIR;
	struct mfw_finding finding = {MFW_SIZE(struct mfw_finding), .check = "xtables"};
	bool there = !access(dir, R_OK | X_OK);
	cleanup_free char *message = NULL;

	if (asprintf(&message,
		     there ? "libxtables' extensions, which name other tools' matches, are in %s"
			   : "%s, where libxtables' extensions should be, cannot be read: other "
			     "tools' matches are listed by name only",
		     dir) < 0)
		message = NULL;
	finding.message = message;
	if (!there) {
		finding.health = MFW_HEALTH_WARN;
		finding.remedy = set ? "unset XTABLES_LIBDIR" : "apt install libxtables12";
	}
	return show(&finding, into);
}

int doctor(struct session *session, struct fault *fault)
{
	cleanup(report_free_p) struct mfw_report *report = NULL;
	struct mfw_err *err = NULL;
	json_t *object, *findings;
	bool fit;

	if (session_open(session, fault))
		return -1;
	if (mfw_doctor(session->mfw, &report, &err))
		return fault_take(fault, err);
	findings = session->config->json ? json_array() : NULL;
	fit = show_all(report, findings);
	fit = show_extensions(findings) && fit;
	if (findings) {
		object = json_object();
		json_object_set_new(object, "healthy", json_boolean(fit));
		json_object_set_new(object, "findings", findings);
		out_json(object);
	}
	return fit ? STATUS_DONE : STATUS_FAILED;
}
