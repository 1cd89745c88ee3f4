/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How init.c reaches run.sh: the job's output, a line that says how it ended, and an end
 * of QEMU that no crash can imitate. Each machine's devices have a file of their own,
 * and both sides of it stand in arch.sh.
 */
#ifndef VM_PORT_H
#define VM_PORT_H

int port_begin(void);
int port_output(void);
void port_puts(const char *s);
_Noreturn void port_end(void);

#endif
