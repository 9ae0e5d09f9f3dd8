#!/bin/sh
# The command, as it is installed in a folder bin: the program is in lib/leasehold beside that, with its Node.js.
here=$(dirname "$(dirname "$(readlink -f "$0")")")/lib/leasehold
# Without the flag Node.js would open its inspector on SIGUSR1 until the program runs.
exec "$here/bin/node" --disable-sigusr1 "$here/bin/leasehold.js" "$@"
