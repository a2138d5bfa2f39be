/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KERNEL_NETNS_H
#define KERNEL_NETNS_H

#include "kernel/kernel.h"

/* Runs a function inside the namespace (-1: in a new one); its result or -errno. */
int netns_run(int ns_fd, int (*run)(void *arg), void *arg);
/* Opens the namespace at path. Errors: netns.missing, netns.not, netns.denied. */
int netns_open_fd(const char *path, int *ret_fd, uint64_t *ret_inode, struct mfw_err **err);

#endif
