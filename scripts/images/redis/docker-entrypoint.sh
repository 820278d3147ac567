#!/bin/sh
# Runs redis-server as redis and without any right, unless the container was given another user or no right to change it.
set -e
case "$1" in -* | *.conf) set -- redis-server "$@" ;; esac
if [ "$1" = redis-server ] && [ "$(id -u)" = 0 ] && setpriv --dump | grep -q 'bounding set:.*setuid'; then
	find . ! -user redis -exec chown redis '{}' + || true
	exec setpriv --reuid=redis --regid=redis --clear-groups --nnp \
		--inh-caps=-all --ambient-caps=-all --bounding-set=-all "$0" "$@"
fi
umask 0077
exec "$@"
