/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/libbpf_words.h"

#include <bpf/libbpf.h>
#include <pthread.h>
#include <stdio.h>

static libbpf_print_fn_t print_before;
static _Thread_local struct buf *listening;

static int print(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	char line[1024];

	if (!listening)
		return print_before ? print_before(level, fmt, ap) : 0;
	if (level > LIBBPF_WARN)
		return 0;
	vsnprintf(line, sizeof(line), fmt, ap);
	buf_add_str(listening, line);
	return 0;
}

static void install_print(void)
{
	print_before = libbpf_set_print(print);
}

void libbpf_words_begin(struct buf *words)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, install_print);
	listening = words;
}

void libbpf_words_end(struct buf **words)
{
	(void)words;
	listening = NULL;
}
