# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The services of services.sh: each starts in the server's namespace, and listens when its
# function returns.
# shellcheck disable=SC2154 # services.sh sets what is common: work, address, address6

is_listening()
{
	until_true "ip netns exec svc_server ss -Htln 'sport = :$1' | grep -q ."
}

start_nginx()
{
	mkdir "$work/www"
	head -c 20000 /dev/zero >"$work/www/page"
	head -c 2000000 /dev/zero >"$work/www/big"
	cat >"$work/nginx.conf" <<-END
	user root;
	worker_processes 2;
	daemon off;
	pid $work/nginx.pid;
	error_log $work/nginx.log;
	events { worker_connections 2000; }
	http {
		access_log off;
		client_body_temp_path $work/body;
		proxy_temp_path $work/proxy;
		fastcgi_temp_path $work/fastcgi;
		uwsgi_temp_path $work/uwsgi;
		scgi_temp_path $work/scgi;
		server {
			listen 80 reuseport backlog=1000;
			listen [::]:80 reuseport backlog=1000;
			root $work/www;
			location = /status { stub_status; }
		}
	}
	END
	ip netns exec svc_server nginx -c "$work/nginx.conf" -e "$work/nginx.log" &
	is_listening 80
}

start_redis()
{
	ip netns exec svc_server redis-server --bind "$address" "$address6" --protected-mode no --save '' \
		--appendonly no --logfile "$work/redis.log" --dir "$work" &
	is_listening 6379
}

start_sshd()
{
	mkdir -p /run/sshd /root/.ssh
	grep -q '^sshd:' /etc/passwd || echo sshd:x:110:65534::/run/sshd:/bin/false >>/etc/passwd
	ssh-keygen -q -t ed25519 -N '' -f "$work/host_key"
	ssh-keygen -q -t ed25519 -N '' -f "$work/key"
	cp "$work/key.pub" "$work/authorized"
	ip netns exec svc_server "$(type -P sshd)" -D -e -f /dev/null -h "$work/host_key" -o StrictModes=no \
		-o AuthorizedKeysFile="$work/authorized" -o PermitRootLogin=yes -o UsePAM=no 2>"$work/sshd.log" &
	is_listening 22
}

start_iperf()
{
	ip netns exec svc_server iperf3 -s >"$work/iperf.log" 2>&1 &
	is_listening 5201
}

start_all()
{
	start_nginx && start_redis && start_sshd && start_iperf
}
