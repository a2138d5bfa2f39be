/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the rules need of this machine, found out by trying. See mfw_doctor(). */
#ifndef APPLY_DOCTOR_H
#define APPLY_DOCTOR_H

#include "apply/context.h"

struct mfw_report {
	struct mfw_finding *findings; /* message and remedy are owned */
	size_t n;
};

int doctor_examine(struct mfw *mfw, struct mfw_report **ret, struct mfw_err **err);
void doctor_free(struct mfw_report *report);

#endif
