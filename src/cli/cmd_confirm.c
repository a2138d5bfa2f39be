/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What becomes of an apply afterwards: confirm, rollback, and the guard of --confirm. */
#include <errno.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "cli/applied.h"
#include "cli/handlers.h"
#include "cli/out.h"
#include "cli/pending.h"
#include "cli/report.h"

static int print_changed(const struct session *session, bool changed)
{
	json_t *object;

	if (!session->config->json)
		return STATUS_DONE;
	object = json_object();
	json_object_set_new(object, "changed", json_boolean(changed));
	out_json(object);
	return STATUS_DONE;
}

int confirm_command(struct session *session, struct fault *fault)
{
	struct mfw_err *err = NULL;
	struct pending p;
	int r;

	if (pending_settle(session, fault))
		return -1;
	r = pending_read(&p) ? pending_keep() : -ENOENT;
	if (r && r != -ENOENT)
		return fault_make(fault, -r, "history.denied",
				  "cannot confirm: %s cannot be written: %s; in %llu s what was "
				  "applied is taken back",
				  pending_state_dir(), strerror(-r),
				  (unsigned long long)pending_left(&p));
	if (r)
		return fault_make(fault, ENOENT, "confirm.nothing",
				  "no apply waits to be confirmed: there was none, or its time was "
				  "over and it has been taken back");
	if (session_open(session, fault))
		return -1;
	session_raise_limit();
	if (mfw_confirm(session->mfw, p.entry, &err))
		return fault_take(fault, err);
	return print_changed(session, true);
}

int rollback_command(struct session *session, struct fault *fault)
{
	struct mfw_apply_options how = {MFW_SIZE(struct mfw_apply_options),
					.check = session->config->check,
					.texts = session->config->diff};
	cleanup(applied_free_p) struct mfw_applied *applied = NULL;
	struct mfw_err *err = NULL;

	if (pending_read(NULL) && !how.check) {
		if (pending_revert(session, fault))
			return -1;
		if (!session->config->json)
			puts("what waited to be confirmed has been taken back");
		return print_changed(session, true);
	}
	if (session_open(session, fault))
		return -1;
	session_raise_limit();
	if (mfw_rollback(session->mfw, 0, &how, &applied, &err))
		return fault_take(fault, err);
	return applied_show(session, applied, NULL, &how);
}

/* ---- the guard ---- */

/* Whether it is still the same one that waits: one that comes later has a guard of its own. */
static bool still_waits(const struct pending *p)
{
	struct pending now;

	return pending_read(&now) && now.deadline_ns == p->deadline_ns;
}

/* Until its time is over, or somebody has decided; sleep of the machine counts. */
static bool wait_for(const struct pending *p)
{
	while (pending_left(p) && still_waits(p)) {
		struct timespec next;

		clock_gettime(CLOCK_BOOTTIME, &next);
		next.tv_sec += pending_left(p) > 1;
		if (pending_left(p) <= 1) {
			next.tv_sec = (time_t)(p->deadline_ns / 1000000000);
			next.tv_nsec = (long)(p->deadline_ns % 1000000000);
		}
		clock_nanosleep(CLOCK_BOOTTIME, TIMER_ABSTIME, &next, NULL);
	}
	return still_waits(p);
}

/* Others may hold the lock, or memory be short: it tries for an hour. */
#define TRIES 3600

static int revert_patiently(struct session *session, struct fault *fault)
{
	int r = -1;

	for (int i = 0; i < TRIES && r; i++) {
		if (i)
			sleep(1);
		fault_clear(fault);
		r = pending_revert(session, fault);
	}
	return r;
}

int guard_command(struct session *session, struct fault *fault)
{
	struct pending p;

	if (!pending_read(&p) || !wait_for(&p))
		return STATUS_DONE;
	openlog("mfwctl", LOG_PID, LOG_DAEMON);
	if (revert_patiently(session, fault)) {
		syslog(LOG_ERR, "an unconfirmed apply could not be taken back: %s",
		       fault->message ? fault->message : "out of memory");
		return -1;
	}
	syslog(LOG_WARNING, "an apply was not confirmed in time, and has been taken back");
	return STATUS_DONE;
}
