#!/bin/sh
# Before nginx starts, the scripts of /docker-entrypoint.d may change its configuration; other commands run as they are.
set -e
if [ "$1" = nginx ] || [ "$1" = nginx-debug ]; then
	for script in /docker-entrypoint.d/*; do
		[ -x "$script" ] || continue
		case "$script" in
		*.envsh) . "$script" ;;
		*.sh) "$script" ;;
		esac
	done
fi
exec "$@"
