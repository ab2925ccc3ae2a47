#!/usr/bin/env bash
# Makes the images that docker-compose.yml starts from out of Debian packages, for sites that cannot pull images:
#
#   millrace/debian:13     in the place of debian:trixie-slim
#   millrace/tesseract:13  the same, with the packages that docker-compose.yml names for the parser
#   millrace/golang:1.26   in the place of golang:1.26-trixie, with this repository's modules in its module cache
#   millrace/rabbitmq:4    in the place of rabbitmq:4
#   millrace/postgres:17   in the place of postgres:17
#
# `build.sh test` makes only millrace/test:13, Debian 13 with what the tests need; see deployments/debian13.sh.
#
# It needs root, debootstrap, a Debian mirror, Go, and a running Docker engine. Afterwards:
#
#   docker-compose --env-file deployments/base/images.env up
#
# MIRROR is the Debian mirror; images that are up to date are left alone unless REBUILD=1.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
mirror=${MIRROR:-http://deb.debian.org/debian}
work=$(mktemp -d "${TMPDIR:-/var/tmp}/millrace-base-XXXXXX")
trap 'umount -l "$work"/*/proc 2>/dev/null || true; rm -rf --one-file-system "$work"' EXIT

# An image is made again when this folder has changed; the Go image holds the modules, so it follows those too.
recipe=$(cat "$here"/*.sh | sha256sum | cut -c1-16)
modules=$(cd "$root" && find . -name go.sum -o -name "go.work*" | sort | xargs cat | sha256sum | cut -c1-16)

# have IMAGE RECIPE says whether the image is there, made by this recipe.
have() { [ "${REBUILD:-0}" != 1 ] && [ "$(docker image inspect -f '{{index .Config.Labels "recipe"}}' "$1" 2>/dev/null)" = "$2" ]; }

say() { echo "base images: $*"; }

# tree makes $work/debian once: a minimal Debian 13.
tree() {
	[ -d "$work/debian" ] && return
	say "debootstrap Debian 13"
	debootstrap --variant=minbase --include=ca-certificates trixie "$work/debian" "$mirror" >"$work/debootstrap.log" 2>&1 ||
		{ tail -20 "$work/debootstrap.log" >&2; exit 1; }
	# The host's package settings (a proxy, say) are wanted while installing and not in the images.
	cp -a /etc/apt/apt.conf.d "$work/apt.conf.d"
	printf '#!/bin/sh\nexit 101\n' >"$work/debian/usr/sbin/policy-rc.d"
	chmod 755 "$work/debian/usr/sbin/policy-rc.d"
}

# packages NAME PACKAGE... makes $work/NAME: Debian with the packages.
packages() {
	local name=$1
	shift
	tree
	cp -a "$work/debian" "$work/$name"
	mount -t proc proc "$work/$name/proc"
	for f in "$work"/apt.conf.d/*registry* "$work"/apt.conf.d/*proxy*; do
		[ -e "$f" ] && cp "$f" "$work/$name/etc/apt/apt.conf.d/zz-$(basename "$f")"
	done
	cp /etc/resolv.conf "$work/$name/etc/resolv.conf"
	say "installing $*"
	DEBIAN_FRONTEND=noninteractive chroot "$work/$name" sh -c "apt-get update -qq && apt-get install -y -qq --no-install-recommends $*" >"$work/$name.log" 2>&1 ||
		{ tail -20 "$work/$name.log" >&2; exit 1; }
	umount "$work/$name/proc"
}

# import NAME TAG CHANGE... turns $work/NAME into an image.
import() {
	local name=$1 tag=$2 changes=()
	shift 2
	for c in "$@"; do changes+=(--change "$c"); done
	rm -rf "$work/$name"/var/cache/apt/*.bin "$work/$name"/var/cache/apt/archives/*.deb "$work/$name"/var/lib/apt/lists/* \
		"$work/$name"/etc/apt/apt.conf.d/zz-* "$work/$name"/usr/share/doc/* "$work/$name"/etc/resolv.conf
	tar -C "$work/$name" -c . | docker import "${changes[@]}" - "$tag" >/dev/null
	say "made $tag"
}

if [ "${1:-}" = test ]; then
	if ! have millrace/test:13 "$recipe"; then
		packages test rabbitmq-server postgresql-17 poppler-utils tesseract-ocr gcc libc6-dev make git procps
		import test millrace/test:13 "LABEL recipe=$recipe" 'ENV PATH=/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
	fi
	exit 0
fi

if ! have millrace/debian:13 "$recipe"; then
	tree
	cp -a "$work/debian" "$work/plain"
	import plain millrace/debian:13 "LABEL recipe=$recipe" 'CMD ["/bin/sh"]'
fi

if ! have millrace/tesseract:13 "$recipe"; then
	packages tesseract tesseract-ocr tesseract-ocr-deu tesseract-ocr-fra tesseract-ocr-ita tesseract-ocr-nld tesseract-ocr-spa
	import tesseract millrace/tesseract:13 "LABEL recipe=$recipe" 'CMD ["/bin/sh"]'
fi

if ! have millrace/rabbitmq:4 "$recipe"; then
	packages rabbitmq rabbitmq-server
	cp "$here/rabbitmq-entrypoint.sh" "$work/rabbitmq/usr/local/bin/docker-entrypoint.sh"
	chmod 755 "$work/rabbitmq/usr/local/bin/docker-entrypoint.sh"
	mkdir -p "$work/rabbitmq/etc/rabbitmq/conf.d"
	import rabbitmq millrace/rabbitmq:4 "LABEL recipe=$recipe" 'ENTRYPOINT ["docker-entrypoint.sh"]' 'CMD ["rabbitmq-server"]' \
		'ENV PATH=/usr/lib/rabbitmq/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' 'ENV HOME=/var/lib/rabbitmq' 'EXPOSE 5672' 'VOLUME /var/lib/rabbitmq'
fi

if ! have millrace/postgres:17 "$recipe"; then
	packages postgres postgresql-17
	cp "$here/postgres-entrypoint.sh" "$work/postgres/usr/local/bin/docker-entrypoint.sh"
	chmod 755 "$work/postgres/usr/local/bin/docker-entrypoint.sh"
	rm -rf "$work/postgres/var/lib/postgresql/17"
	import postgres millrace/postgres:17 "LABEL recipe=$recipe" 'ENTRYPOINT ["docker-entrypoint.sh"]' 'CMD ["postgres"]' \
		'ENV PATH=/usr/lib/postgresql/17/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' \
		'ENV PGDATA=/var/lib/postgresql/data' 'EXPOSE 5432' 'VOLUME /var/lib/postgresql/data'
fi

if ! have millrace/golang:1.26 "$recipe-$modules"; then
	tree
	cp -a "$work/debian" "$work/golang"
	say "copying Go and the modules"
	cp -a "$(go env GOROOT)" "$work/golang/usr/local/go"
	mkdir -p "$work/golang/go"
	# What the programs import, from this machine's module cache where it has it.
	(cd "$root" && GOPROXY="file://$(go env GOMODCACHE)/cache/download,$(go env GOPROXY)" \
		GOMODCACHE="$work/golang/go/pkg/mod" GOFLAGS=-modcacherw CGO_ENABLED=0 go list -deps work >/dev/null)
	import golang millrace/golang:1.26 'ENV PATH=/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' \
		'ENV GOPATH=/go' "LABEL recipe=$recipe-$modules" 'ENV GOPROXY=off' 'ENV GOTOOLCHAIN=local' 'WORKDIR /src'
fi
say "done; start with: docker-compose --env-file deployments/base/images.env up"
