#!/usr/bin/env bash
# Installs what Millrace runs beside (RabbitMQ, PostgreSQL) and what its tests compare with (poppler-utils), where the
# system is Debian or Ubuntu and we may. Elsewhere it says what is missing. Running it again changes nothing.
set -euo pipefail

missing=()
ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || command -v postgres >/dev/null || missing+=(postgresql)
command -v rabbitmq-server >/dev/null || [ -x /usr/sbin/rabbitmq-server ] || missing+=(rabbitmq-server)
command -v pdftotext >/dev/null || missing+=(poppler-utils)
command -v gcc >/dev/null || command -v cc >/dev/null || missing+=(gcc libc6-dev)
[ ${#missing[@]} -eq 0 ] && exit 0

sudo=
[ "$(id -u)" -eq 0 ] || sudo="sudo -n"
if command -v apt-get >/dev/null && { [ -z "$sudo" ] || $sudo true 2>/dev/null; }; then
	echo "Installing ${missing[*]} ..."
	# Packages must not start servers of their own: Millrace starts private ones when none is running.
	policy=/usr/sbin/policy-rc.d
	if [ ! -e "$policy" ]; then
		printf '#!/bin/sh\nexit 101\n' | $sudo tee "$policy" >/dev/null
		$sudo chmod 755 "$policy"
		trap '$sudo rm -f "$policy"' EXIT
	fi
	$sudo apt-get update -qq
	DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
	exit 0
fi

cat >&2 <<TEXT
Missing: ${missing[*]}
Install them with your package manager and run the same command again:
  Debian, Ubuntu:  sudo apt-get install ${missing[*]}
  Fedora:          sudo dnf install postgresql-server rabbitmq-server poppler-utils gcc
  macOS:           brew install postgresql rabbitmq poppler
TEXT
exit 1
