#!/bin/sh
# What DHCPv6 clients run when something has happened: appends a line of JSON to the file `events` beside this script. For
# dhclient, which leaves that to its script, also sets the address, and tells by the status when somebody else has it.
folder=$(dirname "$0")

address=${new_ip6_address:-$new_dhcp6_ia_na1_ia_addr1}
prefix=${new_ip6_prefix:-$new_delegated_dhcp6_prefix}
dns=${new_dhcp6_name_servers:-$new_domain_name_servers}
printf '{"event":"%s","address":"%s","prefix":"%s","dns":"%s"}\n' "${reason:-$REASON}" "$address" "$prefix" "$dns" >>"$folder/events"
[ -e "$folder/sets-address-itself" ] && exit 0

case $reason in
  BOUND6 | RENEW6 | REBIND6)
    [ -n "$new_ip6_address" ] || exit 0
    ip -6 address replace "$new_ip6_address/128" dev "$interface"
    # Duplicate address detection takes a second.
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
      state=$(ip -6 address show dev "$interface" to "$new_ip6_address")
      case $state in
        *dadfailed*)
          ip -6 address delete "$new_ip6_address/128" dev "$interface"
          exit 3
          ;;
        *tentative*) sleep 0.1 ;;
        *) exit 0 ;;
      esac
    done
    ;;
  EXPIRE6 | RELEASE6 | STOP6) [ -n "$old_ip6_address" ] && ip -6 address delete "$old_ip6_address/128" dev "$interface" ;;
esac
exit 0
