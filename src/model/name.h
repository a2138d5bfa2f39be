/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What customers, chains, refs and files may be called. */
#ifndef MODEL_NAME_H
#define MODEL_NAME_H

#include "base/err.h"

/* what: "customer", "chain", "ref" for the message. Errors: name.bad. */
int name_check(const char *what, const char *name, struct mfw_err **err);

#endif
