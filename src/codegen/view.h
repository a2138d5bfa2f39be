/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which bytes of the packet a value of type Bytes is, and how they are to be read. */
#ifndef CODEGEN_VIEW_H
#define CODEGEN_VIEW_H

#include "codegen/ask.h"

/* Where in the program's stack its members are. */
#define VIEW(member) (FRAME_VIEW + (int)offsetof(struct mfw_view, member))

/* Sets the view in the program's stack; *ret_fold: A..Z are to be read as a..z. */
void view_load(struct asker *a, const struct value *value, bool *ret_fold, uint32_t missing);
/* r1 = what the view is of: the packet, or a value that was made. */
void view_set_bytes(struct asker *a);
/* w1 = how many bytes it is. */
void view_load_len(struct asker *a, const struct value *value, uint32_t missing);
/* w1 = end - off of the view that was set. */
void view_len(struct asker *a);

#endif
