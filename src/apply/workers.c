/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/workers.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>

#include "apply/applying.h"
#include "apply/source.h"

/* Customers that a further thread is worth. */
#define WORTH         16
/* Threads for a processor: lists, for one, are waited for more than worked on. */
#define FOR_PROCESSOR 4
#define UNASKED_MAX   32

static size_t most_unasked(void)
{
	cpu_set_t set;
	size_t n = sched_getaffinity(0, sizeof(set), &set) ? 1 : (size_t)CPU_COUNT(&set);

	return n < UNASKED_MAX / FOR_PROCESSOR ? n * FOR_PROCESSOR : UNASKED_MAX;
}

static size_t choose_number(const struct applying *a)
{
	size_t n = a->options.jobs ? a->applied->n : a->applied->n / WORTH;
	size_t most = a->options.jobs ? a->options.jobs : most_unasked();

	n = n < most ? n : most;
	return n ? n : 1;
}

static int open_worker(struct applying *a, struct worker *w, bool alone, struct mfw_err **err)
{
	int r = alone ? 0 : context_again(a->mfw, &w->mfw, err);

	if (alone)
		w->mfw = a->mfw;
	if (!r)
		w->mfw->keeps_sources = true;
	return r;
}

int workers_begin(struct applying *a, struct mfw_err **err)
{
	struct mfw_applied *applied = a->applied;
	size_t n = choose_number(a);
	int r = 0;

	if (a->options.jobs > WORKERS_MAX)
		return err_make(err, EINVAL, "apply.jobs",
				"%u jobs are too many: at most %d customers are worked on at a "
				"time",
				a->options.jobs, WORKERS_MAX);
	applied->workers = calloc(n, sizeof(*applied->workers));
	if (!applied->workers)
		return err_nomem(err);
	for (; applied->n_workers < n && !r; applied->n_workers++)
		r = open_worker(a, &applied->workers[applied->n_workers], n == 1, err);
	for (size_t i = 0; i < applied->n && !r; i++)
		applied->all[i].by = &applied->workers[i % n];
	return r;
}

void workers_end(struct applying *a)
{
	for (size_t i = 0; i < a->applied->n_workers; i++) {
		struct worker *w = &a->applied->workers[i];

		said_clear(&w->said);
		if (w->mfw) {
			source_forget(w->mfw);
			site_close_left(w->mfw);
		}
		if (w->mfw != a->mfw)
			context_close(w->mfw);
		w->mfw = NULL;
	}
	for (size_t i = 0; i < a->applied->n; i++)
		a->applied->all[i].site = NULL;
}

/* ---- at work ---- */

typedef int work_fn(struct applying *a, struct applied_customer *c, struct mfw_err **err);

/* What one worker does in one go. */
struct shift {
	struct applying *a;
	work_fn *work;
	size_t at; /* a customer: the first one, and then the one that failed */
	int r;
	struct mfw_err *err;
	pthread_t thread;
};

static void do_shift(struct shift *s)
{
	const struct mfw_applied *applied = s->a->applied;

	for (; s->at < applied->n && !s->a->stop; s->at += applied->n_workers) {
		s->r = s->work(s->a, &applied->all[s->at], &s->err);
		if (!s->r)
			continue;
		s->a->stop = true;
		return;
	}
}

static void *thread_main(void *shift)
{
	struct shift *s = shift;

	kernel_netns_own_thread();
	do_shift(s);
	pthread_mutex_lock(&s->a->mutex);
	s->a->at_work--;
	pthread_cond_signal(&s->a->news);
	pthread_mutex_unlock(&s->a->mutex);
	return NULL;
}

static void tell(const struct applying *a, uint64_t done)
{
	if (a->options.progress)
		a->options.progress(a->options.progress_ctx, done, APPLYING_PARTS * a->applied->n);
}

void applying_tell(struct applying *a)
{
	pthread_mutex_lock(&a->mutex);
	a->done++;
	pthread_cond_signal(&a->news);
	pthread_mutex_unlock(&a->mutex);
	if (a->applied->n_workers == 1)
		tell(a, a->done);
}

/* The caller watches, and tells what there is to tell. */
static void watch(struct applying *a)
{
	uint64_t told;

	pthread_mutex_lock(&a->mutex);
	told = a->done;
	while (a->at_work) {
		pthread_cond_wait(&a->news, &a->mutex);
		if (told == a->done)
			continue;
		told = a->done;
		pthread_mutex_unlock(&a->mutex);
		tell(a, told);
		pthread_mutex_lock(&a->mutex);
	}
	pthread_mutex_unlock(&a->mutex);
}

/* Signals are the caller's. A thread that cannot be had is done without. */
static void start(struct shift *shifts, size_t n)
{
	pthread_attr_t attr;
	sigset_t all;

	sigfillset(&all);
	pthread_attr_init(&attr);
	pthread_attr_setsigmask_np(&attr, &all);
	shifts->a->at_work = n;
	for (size_t i = 0; i < n; i++) {
		if (!pthread_create(&shifts[i].thread, &attr, thread_main, &shifts[i]))
			continue;
		shifts[i].thread = pthread_self();
		do_shift(&shifts[i]);
		pthread_mutex_lock(&shifts->a->mutex);
		shifts->a->at_work--;
		pthread_mutex_unlock(&shifts->a->mutex);
	}
	pthread_attr_destroy(&attr);
}

static void finish(struct shift *shifts, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!pthread_equal(shifts[i].thread, pthread_self()))
			pthread_join(shifts[i].thread, NULL);
}

/*
 * Of several failures that of the first customer. Which there are is chance: who fails stops the
 * others.
 */
static int result(struct shift *shifts, size_t n, struct mfw_err **err)
{
	struct shift *first = NULL;

	for (size_t i = 0; i < n; i++)
		if (shifts[i].r && (!first || shifts[i].at < first->at))
			first = &shifts[i];
	if (first && err)
		*err = steal_ptr(first->err);
	for (size_t i = 0; i < n; i++)
		mfw_err_free(shifts[i].err);
	return first ? first->r : 0;
}

int workers_each(struct applying *a, work_fn *work, struct mfw_err **err)
{
	size_t n = a->applied->n_workers;
	cleanup_free struct shift *shifts = calloc(n, sizeof(*shifts));

	if (!shifts)
		return err_nomem(err);
	a->stop = false;
	for (size_t i = 0; i < n; i++)
		shifts[i] = (struct shift){.a = a, .work = work, .at = i};
	if (n == 1) {
		do_shift(shifts);
	} else {
		start(shifts, n);
		watch(a);
		finish(shifts, n);
	}
	return result(shifts, n, err);
}
