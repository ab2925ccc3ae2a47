#!/usr/bin/env bash
# Runs a command in a copy of this repository inside Debian 13, with RabbitMQ 4 and PostgreSQL 17 instead of this machine's:
#
#   deployments/debian13.sh make test
#   deployments/debian13.sh make prove ARGS='--minutes 3'
#
# It needs root, a Docker engine and debootstrap (see engine.sh) and uses this machine's Go and module cache. Uncommitted
# changes to files that git tracks are part of the copy.
set -euo pipefail
cd "$(dirname "$0")/.."

deployments/engine.sh
deployments/base/build.sh test
exec docker run --rm --init --tmpfs /tmp:exec --cap-add SYS_ADMIN --security-opt apparmor=unconfined \
	--volume "$PWD:/millrace:ro" --volume "$(go env GOROOT):/usr/local/go:ro" \
	--volume "$(go env GOMODCACHE):/go/pkg/mod" --volume millrace-test-cache:/root/.cache \
	--env GOPATH=/go --env GOPROXY="$(go env GOPROXY)" --env GOFLAGS="$(go env GOFLAGS)" --env GOTOOLCHAIN=local \
	--env TESTFLAGS="${TESTFLAGS:-}" --env CI="" --workdir /src millrace/test:13 \
	sh -c 'cd /millrace && git -c safe.directory=/millrace ls-files -z --cached --others --exclude-standard | tar --null --files-from=- --create | tar --extract --directory /src && cd /src && exec "$@"' sh "$@"
