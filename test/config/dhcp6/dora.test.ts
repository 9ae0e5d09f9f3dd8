import assert from "node:assert/strict";
import { test } from "node:test";
import { toHex } from "../../../src/net/bytes.ts";
import { load, problemsOf } from "../load.ts";

/** Every key that dora reads in its section, written as its documentation has it. */
const FILE = `
networks: {192.168.5.0/24: {ranges: [{start: 192.168.5.2, end: 192.168.5.250, config: {lease_time: {default: 3600}}, options: {values: {3: {type: ip, value: 192.168.5.1}}}}]}}
v6:
    interfaces:
        - enp6s0
    server_id:
        type: LLT
        identifier: fe80::c981:b769:461a:bfb4
        time: 1111112
        hardware_type: 1
        enterprise_id: 1
        persist: true
        path: /var/lib/dora/server_id
    options:
        values:
            23:
                type: ip_list
                value:
                    - 2001:db8::1
                    - 2001:db8::2
            7: {type: u8, value: 5}
            82: {type: u32, value: [3600]}
            60: {type: hex, value: "000161"}
            59: {type: str, value: abc}
            1000: {type: b64, value: AAE}
    networks:
        2001:db8:1::/64:
            interfaces:
                - enp6s0
            config:
                lease_time:
                    default: 3600
                preferred_time:
                    default: 3600
            ping_check: false
            ping_timeout_ms: 500
            probation_period: 86400
            authoritative: true
            options:
                values:
                    23:
                        type: ip_list
                        value:
                            - 2001:db8::3
`;

test("dora's section v6 loads unchanged (2.6)", () => {
  const config = load(FILE).dhcp6;
  const [network] = config?.networks ?? [];
  assert.deepEqual(config?.interfaces, [{ name: "enp6s0", address: undefined }]);
  assert.deepEqual(
    [...(config?.options.byCode.values() ?? [])].map(({ code, data }) => [code, toHex(data)]),
    [
      [7, "05"],
      [23, "20010db800000000000000000000000120010db8000000000000000000000002"],
      [59, "616263"],
      [60, "000161"],
      [82, "00000e10"],
      [1000, "0001"],
    ],
  );
  assert.deepEqual([network?.leaseTime.default, network?.leaseTime.preferred, network?.pingTimeout], [3600, 3600, undefined]);
  assert.deepEqual([network?.authoritative, network?.probationPeriod], [true, 86400]);
  assert.deepEqual(config?.links[0]?.interfaces, ["enp6s0"]);
  assert.deepEqual(
    { ...config?.serverId, identifier: toHex(config?.serverId.identifier as Uint8Array) },
    {
      type: "LLT",
      identifier: "fe80000000000000c981b769461abfb4",
      time: 1111112,
      hardwareType: 1,
      enterpriseId: undefined,
      persist: true,
      path: "/var/lib/dora/server_id",
    },
  );
  assert.deepEqual(problemsOf(FILE), [
    "2:12 warning: clients of the network 192.168.5.0/24 are told no DNS server",
    "11:9 warning: enterprise_id has no effect: a DUID of type LLT has none",
  ]);
});

test("dora: options of the network go over those of the section, not under them (1.21)", () => {
  const [network] = load(FILE).dhcp6?.networks ?? [];
  assert.equal(toHex(network?.options.byCode.get(23)?.data as Uint8Array), "20010db8000000000000000000000003");
});

test("dora: an option of the section that does not fit is told, and takes no other with it (2.4)", () => {
  assert.deepEqual(problemsOf("v6: {options: {values: {23: {type: ip, value: 10.0.0.1}, 24: {type: domain, value: a.example}}}}"), [
    "1:47 option 23 (dns_servers): must be an IPv6 address such as 2001:db8::1",
  ]);
});
