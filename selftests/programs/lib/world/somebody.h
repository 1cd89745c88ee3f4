/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOMEBODY_H
#define SOMEBODY_H

#define SOMEBODY	1000	/* a user id that is not root's */

void somebody_become(void);
void somebody_become_root(void);

#endif
