/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes packets of a capture as pcapng, with a comment to each: bytes, times in their resolution
 * and link types as they were. The file appears whole, when it is finished.
 */
#ifndef OBSERVE_PCAPNG_H
#define OBSERVE_PCAPNG_H

#include "observe/capture.h"

struct pcapng;

/* Errors: file.write, ENOMEM; so all of them. */
int pcapng_open(const char *path, struct pcapng **ret, struct mfw_err **err);
/* Links that packets name are taken from the capture. */
int pcapng_add(struct pcapng *file, const struct capture *capture,
	       const struct capture_packet *packet, const char *comment, struct mfw_err **err);
int pcapng_finish(struct pcapng *file, struct mfw_err **err);
/* Without pcapng_finish() before, nothing is left of it. */
void pcapng_close(struct pcapng *file);

DEFINE_CLEANUP(pcapng_cleanup, struct pcapng *, pcapng_close)
#define cleanup_pcapng cleanup(pcapng_cleanup_p)

#endif
