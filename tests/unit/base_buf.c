/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

static void grows(void **state)
{
	cleanup_buf struct buf buf = {};

	(void)state;
	for (int i = 0; i < 10000; i++)
		assert_int_equal(buf_printf(&buf, "%d,", i % 10), 0);
	assert_int_equal(buf.len, 20000);
	assert_int_equal(strlen(buf.data), 20000);
	assert_memory_equal(buf.data + 19994, "7,8,9,", 7);
}

static void refuses_overflow(void **state)
{
	cleanup_buf struct buf buf = {};

	(void)state;
	assert_int_equal(buf_add_str(&buf, "abc"), 0);
	assert_int_equal(buf_add(&buf, "", SIZE_MAX - 2), -ENOMEM);
	assert_string_equal(buf.data, "abc");
}

static void steals_empty(void **state)
{
	struct buf buf = {};
	char *text = buf_steal(&buf);

	(void)state;
	assert_string_equal(text, "");
	free(text);
}

static void bounds_reading(void **state)
{
	cleanup_buf struct buf buf = {};
	cleanup_close int fd = memfd_create("t", 0);

	(void)state;
	assert_int_equal(write(fd, "0123456789", 10), 10);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(buf_read_fd(&buf, fd, 10), 0);
	assert_string_equal(buf.data, "0123456789");
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	buf_clear(&buf);
	assert_int_equal(buf_read_fd(&buf, fd, 9), -EFBIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grows),
		cmocka_unit_test(refuses_overflow),
		cmocka_unit_test(steals_empty),
		cmocka_unit_test(bounds_reading),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
