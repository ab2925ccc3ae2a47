#!/bin/bash
# The part of the official image's start-up that docker-compose.yml uses: on an empty volume it makes a cluster for
# POSTGRES_USER with the password in POSTGRES_PASSWORD_FILE and the database POSTGRES_DB, then it runs the server.
set -euo pipefail
if [ "$(id -u)" = 0 ]; then
	mkdir -p "$PGDATA" /var/run/postgresql
	chown -R postgres:postgres "$PGDATA" /var/run/postgresql
	chmod 700 "$PGDATA"
	exec setpriv --reuid postgres --regid postgres --init-groups "$0" "$@"
fi
if [ ! -s "$PGDATA/PG_VERSION" ]; then
	user=${POSTGRES_USER:-postgres}
	initdb --username="$user" --pwfile="$POSTGRES_PASSWORD_FILE" --auth-local=trust --auth-host=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8 >/dev/null
	echo "host all all all scram-sha-256" >>"$PGDATA/pg_hba.conf"
	pg_ctl -w -o "-c listen_addresses=''" start >/dev/null
	[ "${POSTGRES_DB:-postgres}" = postgres ] || createdb --username="$user" "$POSTGRES_DB"
	pg_ctl -w -m fast stop >/dev/null
fi
exec "$@" -c listen_addresses='*'
