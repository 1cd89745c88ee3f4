/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A file that a command makes: complete under its name, or not there at all.
 */
#ifndef TCPLEDGER_FILE_H
#define TCPLEDGER_FILE_H

#include <limits.h>

#include "base/text.h"

#define FILE_PIECE	(256 * 1024)	/* bytes gathered before they are written */

/**
 * struct file - a file in the making
 * @text: what is to be written next
 * @path: its name, for messages
 * @target: what is made: @path, or what it links to
 * @made: name it is made under, empty if it is written in place
 * @fd: descriptor, -1 after a failure
 */
struct file {
	struct text	text;
	const char	*path;
	char		target[PATH_MAX];
	char		made[PATH_MAX];
	int		fd;
};

/**
 * enum file_links - what to do where the name is a symbolic link
 * @FILE_LINKS_FOLLOW: the link stays, and what it names is made
 * @FILE_LINKS_REFUSE: nothing is made, unless it is one of /dev
 */
enum file_links {
	FILE_LINKS_FOLLOW,
	FILE_LINKS_REFUSE,
};

int file_create(struct file *file, const char *path, enum file_links links);
int file_flush(struct file *file, size_t most);
int file_finish(struct file *file, int status);

#endif
