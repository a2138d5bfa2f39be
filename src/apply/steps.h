/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the steps of a difference to those of a change. */
#ifndef APPLY_STEPS_H
#define APPLY_STEPS_H

#include "apply/change.h"
#include "model/diff.h"

/* Adds them all, in their order, so that step i of the one is step i of the other. 0 or -ENOMEM. */
int steps_add(struct mfw_change *change, const struct diff *diff);

#endif
