/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Commands from a file: one change for each target, in the order in which they first appear. All
 * lines are read and checked before anything is sent.
 */
#ifndef CLI_BATCH_H
#define CLI_BATCH_H

#include "cli/session.h"

/* file "-" is standard input. Returns the exit status, or -1 with a fault. */
int batch_run(struct session *session, const char *file, struct fault *fault);

#endif
