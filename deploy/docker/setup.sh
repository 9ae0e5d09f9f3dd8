#!/bin/sh
# What is left to do in the image: the user, its folder, and Node.js with the capabilities of the sockets.
set -e
useradd --system --user-group --home-dir /var/lib/leasehold --shell /usr/sbin/nologin leasehold
install -d -m 0750 -o leasehold -g leasehold /var/lib/leasehold
cp "$(command -v node)" /usr/lib/leasehold/bin/node
if ! command -v setcap >/dev/null; then
    apt-get update
    apt-get install -y --no-install-recommends libcap2-bin
    rm -rf /var/lib/apt/lists/*
fi
# Permitted, and not effective: a program with effective ones does not start where the container lacks one of them.
setcap cap_net_bind_service,cap_net_raw,cap_net_admin=p /usr/lib/leasehold/bin/node
