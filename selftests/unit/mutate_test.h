/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is not declared elsewhere: the reader's main() under another name, and
 * the options that the sanitizers ask the program for.
 */
#ifndef TCPLEDGER_MUTATE_TEST_H
#define TCPLEDGER_MUTATE_TEST_H

int tcpledger_main(int argc, char **argv);
const char *__asan_default_options(void);
const char *__ubsan_default_options(void);

#endif
