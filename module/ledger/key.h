/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_KEY_H
#define TCPLEDGER_KEY_H

#include <linux/in6.h>
#include <linux/string.h>
#include <linux/types.h>

/**
 * struct tcpledger_key - the name of an endpoint
 * @net: cookie of the network namespace, never reused
 * @local: own address, IPv4 in the first word and zeroes
 * @remote: the peer's
 * @lport: own port, network byte order
 * @rport: the peer's
 * @ports: both, to compare them at once
 * @hash: of all above, see tcpledger_key_v4()
 * @ifindex: VRF or bound device, 0 if none
 * @ifindex2: when looking up: a second device that fits
 * @unbound: when looking up: a record that names no device fits as well
 * @v6: IPv6 on the wire
 */
struct tcpledger_key {
	u64	net;
	__be32	local[4];
	__be32	remote[4];
	union {
		struct {
			__be16	lport;
			__be16	rport;
		};
		u32	ports;
	};
	u32	hash;
	u32	ifindex;
	u32	ifindex2;
	bool	unbound;
	bool	v6;
};

/* start, namespace, ports, and the words of two addresses */
#define TCPLEDGER_KEY_SECRETS	11

extern u64 tcpledger_key_secret[TCPLEDGER_KEY_SECRETS];

void tcpledger_key_init(void);
void tcpledger_key_mirror(struct tcpledger_key *key,
			  const struct tcpledger_key *of);

/**
 * tcpledger_key_hash_v4() - the hash of an IPv4 endpoint
 * @net: cookie of its namespace
 * @local: own address
 * @remote: the peer's
 * @ports: both ports, as in struct tcpledger_key
 *
 * Multilinear hashing (Lemire and Kaser, "Strongly universal string hashing
 * is fast", 2014): the upper half of the sum of each 32-bit word times a secret
 * 64-bit number, plus another secret. The secrets are drawn at load and hashes are
 * shown to nobody. Without the secrets each hash is as likely as any other, and two
 * endpoints that differ in a word have the same one with probability 2^-32. So
 * nobody can choose addresses and ports that meet in one bucket.
 *
 * Endpoints that differ in no word always have the same hash:
 * - in two namespaces made 2^32 apart, as only the lower half of the cookie is a
 *   word;
 * - one is IPv4 and the other IPv6, with an own address made of the first one's two
 *   addresses and zeroes, and the peer "::";
 * - bound to different devices. Only these may be many: while their sockets live,
 *   as many as are in one bucket of the kernel's own table, and after that
 *   TCPLEDGER_TUPLE_MAX in all.
 * Context: any.
 */
static inline u32 tcpledger_key_hash_v4(u64 net, __be32 local, __be32 remote,
					u32 ports)
{
	const u64 *secret = tcpledger_key_secret;

	return (secret[0] + secret[1] * (u32)net + secret[2] * ports +
		secret[3] * (__force u32)local +
		secret[4] * (__force u32)remote) >> 32;
}

/**
 * tcpledger_key_hash_v6() - the hash of an IPv6 endpoint
 * @net: cookie of its namespace
 * @local: own address, four words
 * @remote: the peer's
 * @ports: both ports, as in struct tcpledger_key
 *
 * As tcpledger_key_hash_v4(). Context: any.
 */
static inline u32 tcpledger_key_hash_v6(u64 net, const __be32 *local,
					const __be32 *remote, u32 ports)
{
	const u64 *secret = tcpledger_key_secret;
	u64 hash = secret[0] + secret[1] * (u32)net + secret[2] * ports;
	int i;

	for (i = 0; i < 4; i++)
		hash += secret[3 + i] * (__force u32)local[i] +
			secret[7 + i] * (__force u32)remote[i];
	return hash >> 32;
}

/**
 * tcpledger_key_v4() - name an IPv4 endpoint
 * @key: filled but for the devices
 * @net: cookie of its namespace
 * @local: own address
 * @remote: the peer's
 * @ports: both ports, as in struct tcpledger_key
 *
 * Context: any.
 */
static inline void tcpledger_key_v4(struct tcpledger_key *key, u64 net,
				    __be32 local, __be32 remote, u32 ports)
{
	memset(key->local, 0, sizeof(key->local));
	memset(key->remote, 0, sizeof(key->remote));
	key->net = net;
	key->local[0] = local;
	key->remote[0] = remote;
	key->ports = ports;
	key->hash = tcpledger_key_hash_v4(net, local, remote, ports);
	key->v6 = false;
}

/**
 * tcpledger_key_v6() - name an IPv6 endpoint
 * @key: filled but for the devices
 * @net: cookie of its namespace
 * @local: own address
 * @remote: the peer's
 * @ports: both ports, as in struct tcpledger_key
 *
 * Context: any.
 */
static inline void tcpledger_key_v6(struct tcpledger_key *key, u64 net,
				    const struct in6_addr *local,
				    const struct in6_addr *remote, u32 ports)
{
	memcpy(key->local, local, sizeof(key->local));
	memcpy(key->remote, remote, sizeof(key->remote));
	key->net = net;
	key->ports = ports;
	key->hash = tcpledger_key_hash_v6(net, key->local, key->remote, ports);
	key->v6 = true;
}

/* Both ports in one word, as in struct tcpledger_key. */
static __always_inline u32 tcpledger_key_ports(__be16 lport, __be16 rport)
{
	struct tcpledger_key key = { .lport = lport, .rport = rport };

	return key.ports;
}

/* Are two keys the same but for their devices? */
static inline bool tcpledger_key_same_tuple(const struct tcpledger_key *a,
					    const struct tcpledger_key *b)
{
	return a->hash == b->hash && a->ports == b->ports &&
	       a->local[0] == b->local[0] &&
	       a->remote[0] == b->remote[0] &&
	       a->net == b->net && a->v6 == b->v6 &&
	       (!a->v6 || (!memcmp(a->local + 1, b->local + 1, 12) &&
			   !memcmp(a->remote + 1, b->remote + 1, 12)));
}

/**
 * tcpledger_key_fits() - is this the endpoint?
 * @k: the key of a record
 * @key: the key that is looked for, with the devices that fit
 *
 * Context: any.
 */
static inline bool tcpledger_key_fits(const struct tcpledger_key *k,
				      const struct tcpledger_key *key)
{
	return tcpledger_key_same_tuple(k, key) &&
	       (k->ifindex == key->ifindex || (k->ifindex ?
		k->ifindex == key->ifindex2 : key->unbound));
}

#endif /* TCPLEDGER_KEY_H */
