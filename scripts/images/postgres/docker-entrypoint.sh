#!/bin/bash
# Makes the database cluster that the variables ask for, at the first start, and then runs postgres as its user. Other commands run
# as they are.
set -eo pipefail

# A variable, the content of the file that VARIABLE_FILE names, or what is said here.
take() {
	local file="$1_FILE"
	if [ "${!file:-}" ]; then export "$1=$(<"${!file}")"; else export "$1=${!1:-$2}"; fi
	unset "$file"
}

sql() {
	psql --set ON_ERROR_STOP=1 --no-password --no-psqlrc --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" "$@"
}

if [ "${1#-}" != "$1" ]; then set -- postgres "$@"; fi
if [ "$1" != postgres ] || [ "$2" = --version ] || [ "$2" = --help ]; then exec "$@"; fi
take POSTGRES_PASSWORD ''
take POSTGRES_USER postgres
take POSTGRES_DB "$POSTGRES_USER"
take POSTGRES_INITDB_ARGS ''
if [ "$(id -u)" = 0 ]; then
	mkdir -p "$PGDATA"
	chmod 700 "$PGDATA"
	find "$PGDATA" /run/postgresql ! -user postgres -exec chown postgres '{}' +
	exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" "$@"
fi
if [ ! -s "$PGDATA/PG_VERSION" ]; then
	if [ -z "$POSTGRES_PASSWORD" ] && [ "${POSTGRES_HOST_AUTH_METHOD:-}" != trust ]; then
		echo 'Set POSTGRES_PASSWORD: the database is to be made, and its superuser needs a password.' >&2
		exit 1
	fi
	# Its own lines let everybody in who comes from 127.0.0.1; the last one asks all others for the password.
	eval 'initdb --username="$POSTGRES_USER" --pwfile=<(printf "%s\n" "$POSTGRES_PASSWORD")' "$POSTGRES_INITDB_ARGS"
	printf '\nhost all all all %s\n' "${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}" >>"$PGDATA/pg_hba.conf"
	export PGPASSWORD=$POSTGRES_PASSWORD
	PGUSER=$POSTGRES_USER pg_ctl --wait --options "$(printf '%q ' "${@:2}" -c listen_addresses=)" start
	[ "$POSTGRES_DB" = postgres ] || sql --dbname postgres --set db="$POSTGRES_DB" <<<'CREATE DATABASE :"db"'
	for file in /docker-entrypoint-initdb.d/*; do
		case "$file" in
		*.sh) if [ -x "$file" ]; then "$file"; else . "$file"; fi ;;
		*.sql) sql --file "$file" ;;
		*.sql.gz) gunzip --stdout "$file" | sql ;;
		esac
	done
	PGUSER=$POSTGRES_USER pg_ctl --wait --mode fast stop
	unset PGPASSWORD
	echo 'PostgreSQL init process complete; ready for start up.'
fi
exec "$@"
