/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef APPLY_SITE_H
#define APPLY_SITE_H

#include "apply/context.h"

/* A name under /run/netns, or a path, to a path. Errors: name.bad, netns.bad. */
int site_netns_path(const char *netns, char ret[512], struct mfw_err **err);
/*
 * What would be the site of a customer that is not there: in the namespace that he is to have, or
 * (netns NULL) in a new one without a name. Changes can be tried there, by a caller who has the
 * global lock alone. Errors: netns.*.
 */
int site_trial(const char *customer, const char *netns, struct site **ret, struct mfw_err **err);
void site_trial_end(struct site *site);
/* The directory of a holder's links: of a customer, or (NULL) of the namespace with that inode. */
void site_pin_dir(const char *customer, uint64_t inode, char ret[256]);

#endif
