/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Logs as kernels of several versions write them. */
#include "kernel/verifier_log.h"
#include "test.h"

#include <errno.h>
#include <string.h>

#define END "processed 12 insns (limit 1000000) max_states_per_insn 0\n"

static void assert_says(const char *log, const char *where)
{
	cleanup_err struct mfw_err *err = NULL;
	const char *message;

	assert_int_equal(verifier_log_refuse(-ENOSPC, "the expression", log, &err), -ENOSPC);
	assert_string_equal(mfw_err_kind(err), "bpf.verifier");
	message = mfw_err_message(err);
	assert_memory_equal(message, "the kernel's verifier refuses the program of the expression",
			    59);
	assert_memory_equal(message + 59, where, strlen(where));
	assert_memory_equal(message + 59 + strlen(where), ": R1 is bad; the end", 20);
}

static void says_where(void **state)
{
	(void)state;
	assert_says("R1 is bad\n" END, "");
	assert_says("; ip.ttl < 5\n0: (85) call 1\n; udp contains \"; x\"\nR1 is bad\n" END,
		    ", at 'udp contains \"; x\"'");
	assert_says("; ip.ttl < 5 @ expression:1\n0: (85) call 1\nR1 is bad\n" END,
		    ", at 'ip.ttl < 5'");
	assert_says("; ip.ttl < 5\nValidating wild() func#2...\nR1 is bad\n" END, ", in wild()");
	assert_says("; a @ b:1\nValidating wild() func#2...\n; return *p; @ w.c:3\nR1 is bad\n" END,
		    ", in wild(), at 'return *p;'");
	assert_says(";  @ b:1\nR1 is bad.\nstack depth 8\n" END, "");
	assert_says("; \nR1 is bad\n", "");
}

static void says_no_reason(void **state)
{
	cleanup_err struct mfw_err *err = NULL;

	(void)state;
	verifier_log_refuse(-EACCES, "a.o", END, &err);
	assert_non_null(strstr(mfw_err_message(err), "a.o: Permission denied;"));
}

static void counts(void **state)
{
	(void)state;
	assert_int_equal(verifier_log_processed(END), 12);
	assert_int_equal(verifier_log_processed(""), 0);
}

static void shows_the_end(void **state)
{
	static char log[9000];
	cleanup_err struct mfw_err *err = NULL;
	const char *detail;

	(void)state;
	for (int i = 0; i < 8000; i += 8)
		memcpy(log + i, "0: (95)\n", 8);
	strcat(log, "the end\n");
	verifier_log_refuse(-E2BIG, "a.o", log, &err);
	detail = mfw_err_detail(err);
	assert_true(strlen(detail) <= 4000);
	assert_memory_equal(detail, "0: (95)\n", 8);
	assert_string_equal(detail + strlen(detail) - 8, "the end\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_where),
		cmocka_unit_test(says_no_reason),
		cmocka_unit_test(counts),
		cmocka_unit_test(shows_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
