#!/usr/bin/env bash
# Makes sure that a Docker engine and docker-compose answer, and that base images can be made. It uses the running engine;
# where CI=true it also starts the installed one, or installs and starts one on Debian or Ubuntu, as root. Exit code 75
# means that none can run here; the text says why.
set -euo pipefail

cannot() {
	echo "no Docker engine can run here: $*" >&2
	exit 75
}

[ "$(id -u)" -eq 0 ] || cannot "making base images needs root"
if ! docker info >/dev/null 2>&1 || ! command -v docker-compose >/dev/null || ! command -v debootstrap >/dev/null; then
	[ "${CI:-}" = true ] || cannot "the engine, docker-compose or debootstrap is missing or not running (CI=true would install and start them)"
	if ! command -v dockerd >/dev/null || ! command -v docker-compose >/dev/null || ! command -v debootstrap >/dev/null; then
		command -v apt-get >/dev/null || cannot "it is not installed, and there is no apt-get"
		apt-get update -qq || cannot "the package lists cannot be read"
		DEBIAN_FRONTEND=noninteractive apt-get install -y -qq docker.io docker-compose debootstrap >/dev/null || cannot "its packages cannot be installed"
	fi
	if ! docker info >/dev/null 2>&1; then
		log=${TMPDIR:-/tmp}/millrace-dockerd.log
		# An engine that was killed leaves its number behind, which keeps the next one from starting.
		for left in /var/run/docker.pid /var/run/docker/containerd/containerd.pid; do
			if [ -e "$left" ] && ! grep -qsE '^(dockerd|containerd)$' "/proc/$(cat "$left")/comm"; then
				rm -f "$left"
			fi
		done
		setsid dockerd >"$log" 2>&1 </dev/null &
		for _ in $(seq 60); do
			docker info >/dev/null 2>&1 && break
			kill -0 $! 2>/dev/null || cannot "dockerd stopped: $(tail -1 "$log")"
			sleep 1
		done
		docker info >/dev/null 2>&1 || cannot "dockerd does not answer: $(tail -1 "$log")"
	fi
fi
