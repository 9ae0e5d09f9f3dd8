import assert from "node:assert/strict";
import { test } from "node:test";
import { loadConfig } from "../../src/config/load.ts";

/*
 * A file with a mistake in every section: all of them are told at once, each with its line, and
 * none because of another. What is expected of a line stands behind it.
 */
const FILE = `
interfaces: [eth0, eth0] #! the interface eth0 is listed twice
chaddr_only: yes #! expected true or false, got "yes"
offer_hold: 0 #! offer_hold must be longer than 0 seconds and can't be infinite
affinity: soon #! expected a duration: seconds, or text such as "90s", "30m", "12h", "1d", "2w" or "infinite", got "soon"
cache_threshold: 200 #! expected percent: a whole number from 0 to 100, got 200
next_server: boot #! expected an IPv4 address such as 192.168.5.1, got "boot"
config: {lease_time: {default: 1h, min: 2h}} #! the shortest lease time (2h) is longer than the default (1h)
options:
  wins: 10.0.0.1 #! unknown option "wins"
  routers: gateway #! option 3 (routers): must be an IPv4 address such as 192.168.5.1
  dns_servers: 10.0.0.1
option_definitions:
  mine: {code: 300, type: str} #! expected a code from 1 to 254, got 300
client_classes:
  v4:
    - {name: phones, assert: "option[60].hex =="} #! expected a value or a condition, got end of the expression (at character 18 of the expression)
    - {name: others, assert: "true", options: {mtu: 1400}} #! unknown option "mtu"
  v6:
    - {name: some, assert: "option[1000"} #! expected ], got end of the expression (at character 12 of the expression)
limits:
  - {key: pkt4.mac, max: 0} #! expected a number of leases from 1 up, got 0
reservations:
  - {mac: 02:00:00:00:00:08} #! unknown key "mac"
shared_networks:
  link: [10.0.1.0/24, 10.0.7.0/24] #! there is no network 10.0.7.0/24
networks:
  10.0.1.0/24:
    gateway: 10.0.1.1 #! unknown key "gateway"
    options: {domain_nam: x} #! unknown option "domain_nam"
    config: {lease_time: 1h, renew_time: 2h} #! renew_time (2h) is not shorter than the lease time (1h)
    ranges:
      - {start: 10.0.1.x, end: 10.0.1.9, options: {qwertz: 1}} #! expected an IPv4 address such as 192.168.5.1, got "10.0.1.x" #! unknown option "qwertz"
      - {range: 10.0.2.5-10.0.2.9, options: {qwerty: 1}, class: nobody} #! 10.0.2.5-10.0.2.9 is outside the network 10.0.1.0/24 #! there is no class "nobody" #! unknown option "qwerty"
    reservations:
      - {ip: 10.0.1.300, match: {chaddr: 02:00:00:00:00:01}, options: {asdf: 1}} #! expected an IPv4 address such as 192.168.5.1, got "10.0.1.300" #! unknown option "asdf"
      - {ip: 10.0.1.7, match: {chaddr: x}, options: {yxcv: 1}} #! expected a hardware address such as 52:54:00:12:34:56, got "x" #! unknown option "yxcv"
      - {ip: 10.0.9.7, match: {chaddr: 02:00:00:00:00:03}, class: nowhere} #! 10.0.9.7 is outside the network 10.0.1.0/24 #! there is no class "nowhere"
  10.0.300.0/24: #! expected a prefix such as 192.168.5.0/24, got "10.0.300.0/24"
    ranges: [{start: 10.0.3.9, end: 10.0.3.5}] #! the range ends (10.0.3.5) before it starts (10.0.3.9)
    options: {bnm: 1} #! unknown option "bnm"
  10.0.1.128/25: #! the network 10.0.1.128/25 overlaps the network 10.0.1.0/24
    ranges: [{range: 10.0.1.5-10.0.1.9}] #! 10.0.1.5-10.0.1.9 is outside the network 10.0.1.128/25
v6:
  interfaces: [eth0@10.0.0.1] #! expected the name of an interface such as eth0, or eth0@2001:db8:1::1, got "eth0@10.0.0.1"
  server_id: {type: XY} #! expected LLT, LL, EN or UUID, got "XY"
  options: {dns: 2001:db8::1} #! unknown option "dns"
  reservations:
    - {addresses: ["2001:db8::x"], match: {duid: "00:01"}} #! a DUID has 3 to 130 bytes, this one has 2 #! expected an IPv6 address such as 2001:db8::1, got "2001:db8::x"
  networks:
    2001:db8:1::/64:
      ranges: [{start: 2001:db8:2::1, end: 2001:db8:2::9, options: {qay: 1}}] #! 2001:db8:2::1 is outside the network 2001:db8:1::/64 #! unknown option "qay"
      prefix_pools: [{prefix: 2001:db8:100::/40, delegated_length: 32, options: {wsx: 1}}] #! delegated_length (32) is shorter than the pool's own prefix (40 bits) #! unknown option "wsx"
    2001:db8:3::: #! expected a prefix such as 2001:db8:1::/64, got "2001:db8:3::"
      options: {edc: 1} #! unknown option "edc"
      ranges: [{start: 2001:db8:3::9, end: 2001:db8:3::1}] #! the range ends (2001:db8:3::1) before it starts (2001:db8:3::9)
ddns: {ttl: -1} #! expected a duration: seconds, or text such as "90s", "30m", "12h", "1d", "2w" or "infinite", got -1
dns: {listen: here} #! expected an address to listen on, such as 192.168.5.1, 192.168.5.1:53 or [2001:db8::1]:53, got "here"
events: [{}] #! name exactly one receiver
history: {keep: 0} #! keep must be longer than 0 seconds
leasequery: {requesters: []} #! requesters is empty: nobody could ask
store: {memory: {}, sqlite: {}} #! name exactly one store
log: {level: loud} #! expected trace, debug, info, warn or error, got "loud"
api: {listen: there} #! expected an address to listen on, such as 127.0.0.1, 10.0.0.1:3333 or [2001:db8::1]:3333, got "there"
user: "" #! expected the name or number of a user, got ""
colour: red #! unknown key "colour"
`;

test("a file with a mistake in every section: all are told, each at its line", () => {
  const lines = FILE.split("\n");
  const expected = lines.flatMap((line, i) =>
    line
      .split("#!")
      .slice(1)
      .map((message) => `${i + 1} ${message.trim()}`),
  );
  const result = loadConfig(lines.map((line) => line.replace(/ #!.*$/, "")).join("\n"), "test.yaml");
  const errors = result.ok ? [] : result.diagnostics.filter(({ severity }) => severity === "error");
  const told = errors.map(({ line, message }) => `${line} ${message}`);
  assert.deepEqual([...told].sort(), [...expected].sort());
});

test("warnings are told beside errors, but for those that an error may be the cause of", () => {
  const text = `
networks:
  10.0.0.0/24: {options: {dns_servers: 10.0.0.1}, ranges: [{range: 10.0.0.5-10.0.0.9}]}
  10.0.1.0/24: {options: {dns_servers: 10.0.0.1, router: x}, ranges: [{range: 10.0.1.5-10.0.1.9}]}
v6:
  networks:
    2001:db8:1::/64: {}
log: {level: loud}
`;
  const result = loadConfig(text, "test.yaml");
  assert.deepEqual(
    (result.ok ? [] : result.diagnostics).map(({ severity, line, message }) => `${line} ${severity}: ${message}`),
    [
      "3 warning: the network 10.0.0.0/24 has no routers: its clients get no default gateway",
      "4 error: option 3 (routers): must be an IPv4 address such as 192.168.5.1",
      "7 warning: the network 2001:db8:1::/64 has neither ranges nor prefix_pools nor reservations, and no options: its clients get nothing",
      '8 error: expected trace, debug, info, warn or error, got "loud"',
    ],
  );
});
