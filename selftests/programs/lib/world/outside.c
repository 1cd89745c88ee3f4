// SPDX-License-Identifier: GPL-2.0
#include "lib/world/outside.h"

#include <stdlib.h>

#include "lib/peer/flood.h"

/**
 * outside_add - tell the judges that an endpoint of this namespace must have no record
 * @world: world
 * @local: own end; port 0 if its socket never had one
 * @remote: the other
 *
 * What was captured and traced of it is then in no record, and what has a record is wrong.
 */
void outside_add(struct world *world, const struct endpoint *local, const struct endpoint *remote)
{
	struct outside *o = &world->space[world->here].outside;

	o->list = realloc(o->list, (o->n + 1) * sizeof(*o->list));
	if (!o->list)
		die("no memory");
	o->list[o->n].local = *local;
	o->list[o->n++].remote = *remote;
}

/**
 * outside_add_pair - the same of both ends of a connection
 * @world: world
 * @pair: the connection, both ends in this namespace
 */
void outside_add_pair(struct world *world, const struct pair *pair)
{
	outside_add(world, &pair->c, &pair->s);
	outside_add(world, &pair->s, &pair->c);
}

/**
 * outside_add_nobody - tell the judges of a flood, of which most is in no record
 * @world: world; what nobody() sends to this namespace is judged if it has a record
 */
void outside_add_nobody(struct world *world)
{
	world->space[world->here].outside.nobody = true;
}

/**
 * outside_has - ask whether an endpoint of this namespace must have no record
 * @world: world
 * @local: own end
 * @remote: the other
 * Return: whether outside_add() was told so
 */
bool outside_has(const struct world *world, const struct endpoint *local,
		 const struct endpoint *remote)
{
	const struct outside *o = &world->space[world->here].outside;

	if (o->nobody && is_nobody(remote))
		return true;
	for (size_t i = 0; i < o->n; i++)
		if (o->list[i].local.port == local->port &&
		    (!local->port || endpoint_equal(&o->list[i].local, local)) &&
		    endpoint_equal(&o->list[i].remote, remote))
			return true;
	return false;
}
