#!/bin/sh
# Makes the database cluster that the variables ask for, at the first start, and then runs the command as postgres.
set -eu
if [ "$(id -u)" = 0 ]; then
	chown -R postgres:postgres "$PGDATA"
	exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" "$@"
fi
user=${POSTGRES_USER:-postgres}
if [ ! -s "$PGDATA/PG_VERSION" ]; then
	password=$(mktemp)
	printf '%s\n' "${POSTGRES_PASSWORD:?must be set}" >"$password"
	initdb --username="$user" --pwfile="$password" --auth-local=trust --auth-host=scram-sha-256 --encoding=UTF8 >/dev/null
	rm "$password"
	echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
	pg_ctl --wait --silent --options="-c listen_addresses=''" start
	[ "${POSTGRES_DB:-$user}" = postgres ] || createdb --host=/run/postgresql --username="$user" "${POSTGRES_DB:-$user}"
	pg_ctl --wait --silent stop
fi
exec "$@"
