#!/bin/sh
# NetworkManager on eth0 of the network namespace that this runs in, with a message bus and state of its own that end with it.
# To be run by `unshare --mount --pid --fork --kill-child`.
set -e
mount --make-rprivate /
mount -t proc proc /proc
for place in /run /var/lib/NetworkManager /etc/NetworkManager; do
  mkdir -p "$place"
  mount -t tmpfs tmpfs "$place"
done
# Where /sys can't be written NetworkManager does not wait for udev, which knows nothing of this namespace.
mount -o remount,ro /sys
mkdir -p /run/dbus /etc/NetworkManager/system-connections
cat > /etc/NetworkManager/NetworkManager.conf <<END
[main]
plugins=keyfile
dhcp=internal
dns=none
no-auto-default=*
END
cat > /etc/NetworkManager/system-connections/eth0.nmconnection <<END
[connection]
id=eth0
type=ethernet
interface-name=eth0
autoconnect-retries=0
[ipv4]
method=auto
dhcp-timeout=15
may-fail=false
[ipv6]
method=ignore
END
chmod 600 /etc/NetworkManager/system-connections/eth0.nmconnection
dbus-daemon --system --nofork --nopidfile &
exec NetworkManager --no-daemon
