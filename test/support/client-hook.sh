#!/bin/sh
# What dhclient (-sf), udhcpc (-s) and dhcpcd (-c) run when they get, keep or lose a lease. Sets address and default route, and
# appends what the client was given as one line of JSON to the file `events` beside this script.
# dhclient and dhcpcd say in $reason what happened, udhcpc in $1; dhcpcd sets address and route itself.

folder=$(dirname "$0")

case "${reason:-$1}" in
    bound) event=BOUND ;;
    renew) event=RENEW ;;
    nak) event=NAK ;;
    deconfig) event=DECONFIG ;;
    leasefail) event=FAIL ;;
    *) event=$reason ;;
esac

address=${new_ip_address:-$ip}
mask=${new_subnet_mask:-$subnet}
routers=${new_routers:-$router}

if [ ! -e "$folder/sets-address-itself" ]; then
    case $event in
        PREINIT)
            ip link set "$interface" up ;;
        BOUND | RENEW | REBIND | REBOOT)
            ip address replace "$address/$mask" dev "$interface"
            [ -z "$routers" ] || ip route replace default via "${routers%% *}" ;;
        EXPIRE | FAIL | RELEASE | STOP | DECONFIG)
            ip address flush dev "$interface" ;;
    esac
fi

printf '{"event":"%s","address":"%s","mask":"%s","routers":"%s","dns":"%s","domain":"%s","server":"%s","leaseTime":"%s","hostname":"%s"}\n' \
    "$event" "$address" "$mask" "$routers" "${new_domain_name_servers:-$dns}" "${new_domain_name:-$domain}" \
    "${new_dhcp_server_identifier:-$serverid}" "${new_dhcp_lease_time:-$lease}" "${new_host_name:-$hostname}" >> "$folder/events"
