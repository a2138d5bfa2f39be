/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Errors and warnings on their way to the user: sentences on stderr, or JSON on stdout. */
#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include <jansson.h>

#include "cli/config.h"
#include "cli/fault.h"

/* What a command gives back whose faults were reported by itself. */
enum status report_status(const struct fault *faults, size_t n);
/* Prints the fault; with --json as {"error": {...}}. */
void report_fault(const struct config *config, const struct fault *fault);
/* The same for several at once; JSON adds all of them as "errors". */
void report_faults(const struct config *config, const struct fault *faults, size_t n);
json_t *fault_json(const struct fault *fault);
/* One of several findings, as text: its message and its place. */
void report_finding(const struct fault *fault, bool warning);
void report_warning(const char *message);
/* The warnings of a change: on stderr, or added to `into` as "warnings". */
void report_warnings(const struct mfw_change *change, json_t *into);

#endif
