/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ownership in plain sight: a local that owns something carries one of these tags and is released
 * when its scope ends, unless it was taken out by steal_ptr() or steal_fd() before.
 */
#ifndef BASE_CLEANUP_H
#define BASE_CLEANUP_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define cleanup(function) __attribute__((cleanup(function)))

static inline void cleanup_free_p(void *p)
{
	free(*(void **)p);
}

static inline void cleanup_close_p(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void cleanup_fclose_p(FILE **f)
{
	if (*f)
		fclose(*f);
}

#define cleanup_free   cleanup(cleanup_free_p)
#define cleanup_close  cleanup(cleanup_close_p)
#define cleanup_fclose cleanup(cleanup_fclose_p)

/* Defines NAME_p(), which calls destroy on the pointer that a tagged local holds. */
#define DEFINE_CLEANUP(name, type, destroy)                                                        \
	static inline void name##_p(type *p)                                                       \
	{                                                                                          \
		destroy(*p);                                                                       \
	}

#define steal_ptr(p)                                                                               \
	({                                                                                         \
		__typeof__(p) stolen_ = (p);                                                       \
		(p) = NULL;                                                                        \
		stolen_;                                                                           \
	})

static inline int steal_fd(int *fd)
{
	int stolen = *fd;

	*fd = -1;
	return stolen;
}

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#endif
