// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "meaning/join_key.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nettle/base16.h>
#include <nettle/hmac.h>

#include <linux/tcpledger.h>

#include "base/fail.h"
#include "read/record.h"

#define MAKE_ONE	"make one: (umask 077; head -c 32 /dev/urandom | base64 >FILE)"

/* Who else can read the key can guess the numbers from a hash; who can write it, join nothing. */
static int check_owner(int fd, const char *path)
{
	struct stat st;

	if (fstat(fd, &st))
		return fail_read(path, "check the path", "%s", strerror(errno));
	if (!S_ISREG(st.st_mode))
		return fail_read(path, MAKE_ONE, "it is no file");
	if (st.st_uid && st.st_uid != geteuid())
		return fail_read(path, "chown it to root",
				 "it belongs to user %u, who could change the key", st.st_uid);
	if (st.st_mode & 077)
		return fail_read(path, "chmod 600 it", "others may open it, its mode is %03o",
				 st.st_mode & 0777);
	return FAIL_NONE;
}

static int read_bytes(struct join_key *key, int fd, const char *path)
{
	uint8_t more;
	ssize_t n;

	while (key->len < JOIN_KEY_MOST) {
		n = read(fd, key->bytes + key->len, JOIN_KEY_MOST - key->len);
		if (!n)
			break;
		if (n > 0)
			key->len += (size_t)n;
		else if (errno != EINTR)
			return fail_read(path, "check the path", "%s", strerror(errno));
	}
	if (key->len == JOIN_KEY_MOST && read(fd, &more, 1) > 0)
		return fail_read(path, MAKE_ONE, "it is longer than %d bytes", JOIN_KEY_MOST);
	if (key->len && key->bytes[key->len - 1] == '\n')
		key->len--;	/* an editor or a copy may have added it */
	if (key->len < JOIN_KEY_LEAST)
		return fail_read(path, MAKE_ONE, "it has %zu bytes, a key has at least %d",
				 key->len, JOIN_KEY_LEAST);
	return FAIL_NONE;
}

/**
 * join_key_read - read the key that the machines of a fleet share
 * @key: set to it
 * @path: its file, which nobody else may open
 *
 * Return: 0, or an exit status with the error reported.
 */
int join_key_read(struct join_key *key, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);	/* a FIFO would hang */
	int status;

	key->len = 0;
	if (fd < 0)
		return fail_read(path, errno == ENOENT ? MAKE_ONE : "check the path", "%s",
				 strerror(errno));
	status = check_owner(fd, path);
	if (!status)
		status = read_bytes(key, fd, path);
	close(fd);
	return status;
}

static void put_number(uint8_t bytes[4], int64_t number)
{
	bytes[0] = (uint8_t)(number >> 24);
	bytes[1] = (uint8_t)(number >> 16);
	bytes[2] = (uint8_t)(number >> 8);
	bytes[3] = (uint8_t)number;
}

/**
 * join_key_hash - what both ends of a connection make of its two ISNs
 * @key: the key
 * @record: either end
 * @hash: set to the hash; empty without a key, or if an ISN is not known
 *
 * HMAC-SHA256, the first 128 bits of it, of the lower number and then the higher.
 */
void join_key_hash(const struct join_key *key, const struct record *record,
		   char hash[JOIN_HASH_ROOM])
{
	int64_t a = record_isn(record, TCPLEDGER_ENTRY_OUT);
	int64_t b = record_isn(record, TCPLEDGER_ENTRY_IN);
	uint8_t digest[(JOIN_HASH_ROOM - 1) / 2], numbers[8];
	struct hmac_sha256_ctx mac;

	memset(hash, 0, JOIN_HASH_ROOM);
	if (!key->len || a < 0 || b < 0)
		return;
	put_number(numbers, a < b ? a : b);
	put_number(numbers + 4, a < b ? b : a);
	hmac_sha256_set_key(&mac, key->len, key->bytes);
	hmac_sha256_update(&mac, sizeof(numbers), numbers);
	hmac_sha256_digest(&mac, sizeof(digest), digest);
	base16_encode_update(hash, sizeof(digest), digest);
}
