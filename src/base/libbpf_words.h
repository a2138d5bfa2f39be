/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What libbpf says. It would print it; while this thread listens, it is gathered instead. Messages
 * of other threads, and at other times, go where they went before: they are not of our calls.
 */
#ifndef BASE_LIBBPF_WORDS_H
#define BASE_LIBBPF_WORDS_H

#include "base/buf.h"
#include "base/cleanup.h"

/* Warnings are added to words, until libbpf_words_end(); not within each other. */
void libbpf_words_begin(struct buf *words);
void libbpf_words_end(struct buf **words);

/* Listens until the scope ends. */
#define LISTEN_TO_LIBBPF(words)                                                                    \
	cleanup(libbpf_words_end) __attribute__((unused)) struct buf *listening_scope = (words);   \
	libbpf_words_begin(words)

#endif
