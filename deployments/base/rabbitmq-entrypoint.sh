#!/bin/sh
# Runs RabbitMQ as its own user, whoever the container starts as; the volume may belong to root at first.
set -eu
if [ "$(id -u)" = 0 ]; then
	mkdir -p /var/lib/rabbitmq/mnesia /var/log/rabbitmq
	chown -R rabbitmq:rabbitmq /var/lib/rabbitmq /var/log/rabbitmq
	exec setpriv --reuid rabbitmq --regid rabbitmq --init-groups "$@"
fi
exec "$@"
