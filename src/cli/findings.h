/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the check of an expression found, shown. */
#ifndef CLI_FINDINGS_H
#define CLI_FINDINGS_H

#include <jansson.h>
#include <mfw/mfw.h>

#include "cli/session.h"

/* mfw_checked_error() or mfw_checked_warning() */
typedef const struct mfw_err *(*findings_get)(const struct mfw_checked *checked, size_t i);

json_t *findings_json(const struct mfw_checked *checked, findings_get get);
void findings_put(const struct mfw_checked *checked, findings_get get, bool warning);
/*
 * Checks the command's expression for its warnings: as the member "warnings" of into, or, with
 * NULL, as text. 0, or -1 with *fault.
 */
int findings_warn(struct session *session, json_t *into, struct fault *fault);

#endif
