/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Link layers of captures: where in a frame the IP packet begins. Numbers are LINKTYPE_*. */
#ifndef OBSERVE_LINK_H
#define OBSERVE_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether frames of that link can be read. */
bool link_known(uint16_t type);
/* Offset of the IP header in a frame; -1: the frame has no IP packet, or is cut off before it. */
long link_ip(uint16_t type, const uint8_t *frame, size_t len);
/* "Ethernet, raw IP, ...": for messages. */
const char *link_names(void);

#endif
