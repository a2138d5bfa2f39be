/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel's verifier says of a program, for people. */
#ifndef KERNEL_VERIFIER_LOG_H
#define KERNEL_VERIFIER_LOG_H

#include "base/err.h"

/* How many instructions it went through, by its log; 0: the log does not say. */
unsigned verifier_log_processed(const char *log);
/*
 * Makes the error bpf.verifier: names the function and the source line (a part of the expression)
 * where it stopped, and has the log's end as detail. r: negative errno, which is returned.
 */
int verifier_log_refuse(int r, const char *path, const char *log, struct mfw_err **err);

#endif
