#!/bin/sh
# build-root.sh OUT: a small Debian with systemd, by mmdebstrap and the apt sources of this host.
# Whole or not there: it is built beside and renamed. About 50 s, 155 MB.
set -eu
out=${1:?usage: build-root.sh OUT}
rm -rf "$out.new"
mkdir -p "$(dirname "$out")"
sources=/etc/apt/sources.list.d/debian.sources
[ -e "$sources" ] || sources=/etc/apt/sources.list
mmdebstrap --quiet --variant=minbase --mode=root --format=directory \
  --include=systemd,systemd-sysv,dbus,libatomic1,procps \
  --aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Check-Valid-Until "false"' \
  --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
  --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt=force-unsafe-io \
  "$(. /etc/os-release && echo "$VERSION_CODENAME")" "$out.new" "$sources"
mv "$out.new" "$out"
