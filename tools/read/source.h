/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where the ledger's files are: in /proc/net/tcpledger of this or a named
 * network namespace, in the directory TCPLEDGER_PROC, or in a file kept
 * before.
 */
#ifndef TCPLEDGER_SOURCE_H
#define TCPLEDGER_SOURCE_H

#include <limits.h>
#include <stdbool.h>

/**
 * struct source - where to read
 * @file: file given with --file, or NULL
 * @files: all that were given
 * @file_count: how many
 * @evicted: of a recording, records are wanted that were evicted before its end
 * @netns: name given with --netns whose namespace is to be entered, or NULL
 * @chosen: of what is read, only the records of one namespace are wanted
 * @inode: its inode number
 */
struct source {
	const char	*file;
	const char	**files;
	unsigned int	file_count;
	bool		evicted;
	const char	*netns;
	bool		chosen;
	unsigned int	inode;
};

int source_open(const struct source *source, const char *name, char path[PATH_MAX]);
int source_open_path(const char *path);
int source_open_to_write(const struct source *source, const char *name, char path[PATH_MAX]);
int source_is_live(const struct source *source);
int source_choose_netns(struct source *source, const char *name);

#endif
