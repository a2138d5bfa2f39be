/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of IP protocols, as `ip.proto` has them: lower case, IANA's where there is one. */
#ifndef MODEL_PROTO_H
#define MODEL_PROTO_H

#include <stddef.h>
#include <stdint.h>

/* The longest text that proto_name() makes, without its NUL. */
#define PROTO_NAME_MAX 15

/*
 * The name of a protocol, such as "udp"; its number in decimal when it has none. So every protocol
 * has exactly one text. Never NULL, never freed.
 */
const char *proto_name(uint8_t proto);
/* The protocol of exactly that text (of len bytes), or -1. */
int proto_find(const char *name, size_t len);
/* The name nearest to a wrong one, also by other spellings (ipv6-icmp); NULL: none is near. */
const char *proto_nearest(const char *name);

#endif
