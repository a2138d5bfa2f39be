/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The handlers that the command table names: one file per noun, cmd_NOUN.c. */
#ifndef CLI_HANDLERS_H
#define CLI_HANDLERS_H

#include "cli/session.h"

int customer_add_command(struct session *session, struct fault *fault);
int customer_del_command(struct session *session, struct fault *fault);
int customer_list(struct session *session, struct fault *fault);
int customer_show(struct session *session, struct fault *fault);

int chain_add_step(const struct config *config, struct mfw_change *change, struct fault *fault);
int chain_set_step(const struct config *config, struct mfw_change *change, struct fault *fault);
int chain_del_step(const struct config *config, struct mfw_change *change, struct fault *fault);
int chain_list(struct session *session, struct fault *fault);

int rule_add_step(const struct config *config, struct mfw_change *change, struct fault *fault);
int rule_insert_step(const struct config *config, struct mfw_change *change, struct fault *fault);
int rule_replace_step(const struct config *config, struct mfw_change *change, struct fault *fault);
int rule_move_step(const struct config *config, struct mfw_change *change, struct fault *fault);
int rule_del_step(const struct config *config, struct mfw_change *change, struct fault *fault);
int rule_mode_step(const struct config *config, struct mfw_change *change, struct fault *fault);
int rule_list(struct session *session, struct fault *fault);
int rule_state(struct session *session, struct fault *fault);

int apply_command(struct session *session, struct fault *fault);
int boot_command(struct session *session, struct fault *fault);
int confirm_command(struct session *session, struct fault *fault);
int rollback_command(struct session *session, struct fault *fault);
int guard_command(struct session *session, struct fault *fault);
int save_command(struct session *session, struct fault *fault);
int verify_command(struct session *session, struct fault *fault);
int flush_command(struct session *session, struct fault *fault);

int expr_check_command(struct session *session, struct fault *fault);
int expr_print_command(struct session *session, struct fault *fault);
int expr_compile_command(struct session *session, struct fault *fault);
int expr_explain_command(struct session *session, struct fault *fault);

int test_command(struct session *session, struct fault *fault);
int geo_set_command(struct session *session, struct fault *fault);
int geo_del_command(struct session *session, struct fault *fault);
int geo_show(struct session *session, struct fault *fault);
int geo_test(struct session *session, struct fault *fault);

int list_command(struct session *session, struct fault *fault);
int list_set_command(struct session *session, struct fault *fault);
int list_add_command(struct session *session, struct fault *fault);
int list_del_command(struct session *session, struct fault *fault);
int list_drop_command(struct session *session, struct fault *fault);
int list_show(struct session *session, struct fault *fault);
int list_test(struct session *session, struct fault *fault);

int matcher_list(struct session *session, struct fault *fault);
int matcher_show(struct session *session, struct fault *fault);

int doctor(struct session *session, struct fault *fault);
int version(struct session *session, struct fault *fault);
int help(struct session *session, struct fault *fault);

#endif
