// SPDX-License-Identifier: GPL-2.0-only
/*
 * A connection between two of the kernel's own sockets, as file systems and
 * clusters have them: they hold no reference to their network namespace and are
 * closed when that goes away. Writing 4 or 6 to the parameter 'open' makes one in
 * the writer's namespace, over loopback.
 *
 * Namespaces are taken down in the reverse of the order in which modules joined
 * in. So what is loaded after this module is done with the namespace when these
 * sockets are closed.
 */
#include <linux/in6.h>
#include <linux/inet.h>
#include <linux/module.h>
#include <linux/net.h>
#include <linux/nsproxy.h>
#include <linux/sched.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>
#include <net/sock.h>

static unsigned int net_id;

/**
 * struct own - what one namespace has
 * @client: the socket that connected, or NULL
 * @server: the one that accepted
 */
struct own {
	struct socket *client;
	struct socket *server;
};

static int connect_to(struct net *net, struct socket *listener, int family, struct own *own)
{
	struct sockaddr_storage at;
	int ret;

	ret = kernel_getsockname(listener, (struct sockaddr *)&at);
	if (ret < 0)
		return ret;
	ret = sock_create_kern(net, family, SOCK_STREAM, IPPROTO_TCP, &own->client);
	if (ret)
		return ret;
	ret = kernel_connect(own->client, (void *)&at, sizeof(at), 0);
	return ret ? ret : kernel_accept(listener, &own->server, 0);
}

static int open_pair(struct net *net, int family, struct own *own)
{
	struct sockaddr_in v4 = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_addr = in6addr_loopback };
	struct socket *listener;
	int ret;

	ret = sock_create_kern(net, family, SOCK_STREAM, IPPROTO_TCP, &listener);
	if (ret)
		return ret;
	ret = family == AF_INET ?
		kernel_bind(listener, (void *)&v4, sizeof(v4)) :
		kernel_bind(listener, (void *)&v6, sizeof(v6));
	if (!ret)
		ret = kernel_listen(listener, 1);
	if (!ret)
		ret = connect_to(net, listener, family, own);
	sock_release(listener);
	return ret;
}

static int set_open(const char *text, const struct kernel_param *kp)
{
	struct net *net = current->nsproxy->net_ns;
	struct own *own = net_generic(net, net_id);
	unsigned int version;
	int ret = kstrtouint(text, 0, &version);

	if (ret)
		return ret;
	if (own->client)
		return -EBUSY;
	return open_pair(net, version == 4 ? AF_INET : AF_INET6, own);
}

static const struct kernel_param_ops open_ops = { .set = set_open };

module_param_cb(open, &open_ops, NULL, 0200);
MODULE_PARM_DESC(open, "4 or 6: connect over loopback in the writer's namespace");

static void __net_exit net_exit(struct net *net)
{
	struct own *own = net_generic(net, net_id);

	if (own->client)
		sock_release(own->client);
	if (own->server)
		sock_release(own->server);
}

static struct pernet_operations net_ops = {
	.exit	= net_exit,
	.id	= &net_id,
	.size	= sizeof(struct own),
};

static int __init sockets_init(void)
{
	return register_pernet_subsys(&net_ops);
}

static void __exit sockets_exit(void)
{
	unregister_pernet_subsys(&net_ops);
}

module_init(sockets_init);
module_exit(sockets_exit);

MODULE_DESCRIPTION("Sockets of the kernel that are closed with their network namespace");
MODULE_LICENSE("GPL");
