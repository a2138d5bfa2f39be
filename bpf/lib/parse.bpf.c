/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The packet parser on its own, for expressions without matchers. */
#include <mfw/parse.h>

char _license[] SEC("license") = "GPL";
