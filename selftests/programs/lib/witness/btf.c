// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel describes its types in /sys/kernel/btf/vmlinux: a header, a list of types
 * that follow one another, and their names. Only what lies behind each kind of type need
 * be known to step over it.
 */
#include "lib/witness/btf.h"

#include <fcntl.h>
#include <linux/btf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Later kernels use more bits of struct btf_type.info, which are 0 in earlier ones. */
#define VLEN(info)	((info) & 0xffffff)
#define KIND(info)	(((info) >> 24) & 0x7f)

/* The bytes behind a type of this kind, or -1 if the kind is not known here. */
static long behind(const struct btf_type *type)
{
	size_t count = VLEN(type->info);

	switch (KIND(type->info)) {
	case BTF_KIND_INT:
	case BTF_KIND_VAR:
	case 17: /* BTF_KIND_DECL_TAG, as not every libc's header has it */
		return sizeof(uint32_t);
	case BTF_KIND_ARRAY:
		return sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return count * sizeof(struct btf_member);
	case BTF_KIND_ENUM:
		return count * sizeof(struct btf_enum);
	case BTF_KIND_FUNC_PROTO:
		return count * sizeof(struct btf_param);
	case BTF_KIND_DATASEC:
		return count * sizeof(struct btf_var_secinfo);
	case 19: /* BTF_KIND_ENUM64 */
		return count * 3 * sizeof(uint32_t);
	case BTF_KIND_PTR:
	case BTF_KIND_FWD:
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_FUNC:
	case 16: /* BTF_KIND_FLOAT */
	case 18: /* BTF_KIND_TYPE_TAG */
		return 0;
	default:
		return -1;
	}
}

/* The types of the kernel in memory of their own, or NULL if it tells none. */
static char *load(void)
{
	int fd = open("/sys/kernel/btf/vmlinux", O_RDONLY | O_CLOEXEC);
	struct stat st;
	size_t have = 0;
	ssize_t n = 1;
	char *all;

	if (fd < 0 || fstat(fd, &st))
		return NULL;
	all = malloc(st.st_size);
	while (all && n > 0 && have < (size_t)st.st_size) {
		n = read(fd, all + have, st.st_size - have);
		if (n > 0)
			have += n;
	}
	close(fd);
	if (have == (size_t)st.st_size)
		return all;
	free(all);
	return NULL;
}

static int member_offset(const struct btf_type *type, const char *names, const char *member)
{
	const struct btf_member *members = (const void *)(type + 1);

	for (unsigned int i = 0; i < VLEN(type->info); i++)
		if (!strcmp(names + members[i].name_off, member))
			/* In bits; where there are bit fields, the upper byte is a size. */
			return (members[i].offset & 0xffffff) / 8;
	return -1;
}

/**
 * btf_offset - where a member is in a structure of the running kernel
 * @name: the structure
 * @member: its own member, not one of an anonymous union
 * Return: its place in bytes, or -1 if the kernel does not tell
 */
int btf_offset(const char *name, const char *member)
{
	char *all = load();
	const struct btf_header *head = (const void *)all;
	const char *names, *at, *end;
	int offset = -1;
	long skip;

	if (!all)
		return -1;
	names = all + head->hdr_len + head->str_off;
	at = all + head->hdr_len + head->type_off;
	end = at + head->type_len;
	for (skip = 0; at < end && skip >= 0 && offset < 0; at += skip) {
		const struct btf_type *type = (const void *)at;

		if (KIND(type->info) == BTF_KIND_STRUCT && !strcmp(names + type->name_off, name))
			offset = member_offset(type, names, member);
		skip = behind(type);
		if (skip >= 0)
			skip += sizeof(*type);
	}
	free(all);
	return offset;
}
