import assert from "node:assert/strict";
import { test } from "node:test";
import * as client from "../../../src/client/dhcp4/index.ts";
import type { Message } from "../../../src/wire/dhcp4/message.ts";
import { address, MAC, u32 } from "./script.ts";

const HOSTNAME = { code: 12, data: Uint8Array.of(0x68) };
const SETTINGS: client.ClientSettings = {
  ...client.ethernetClient(MAC),
  parameterRequestList: [1, 3],
  broadcast: true,
  options: [HOSTNAME],
};
const TRANSACTION = { xid: 0xdeadbeef, secs: 9 };
const LEASE = { address: address("10.0.0.5"), serverIdentifier: address("10.0.0.1") };
const ID = { code: 61, data: Uint8Array.of(1, ...MAC) };
const PARAMETERS = { code: 55, data: Uint8Array.of(1, 3) };
const REQUESTED = { code: 50, data: u32(LEASE.address) };
const SERVER = { code: 54, data: u32(LEASE.serverIdentifier) };
const type = (number: number) => ({ code: 53, data: Uint8Array.of(number) });

const BASE: Message = {
  op: 1,
  htype: 1,
  hlen: 6,
  hops: 0,
  xid: 0xdeadbeef,
  secs: 9,
  flags: 0x8000,
  ciaddr: 0,
  yiaddr: 0,
  siaddr: 0,
  giaddr: 0,
  chaddr: MAC,
  sname: new Uint8Array(0),
  file: new Uint8Array(0),
  cookie: true,
  options: [],
};

test("RFC 2131 table 5: the fields and options of each message", () => {
  const table: readonly [what: string, built: Message, expected: Partial<Message>][] = [
    ["DISCOVER", client.discover(SETTINGS, TRANSACTION), { options: [type(1), ID, PARAMETERS, HOSTNAME] }],
    [
      "DISCOVER with wishes",
      client.discover({ ...SETTINGS, rapidCommit: true }, TRANSACTION, { requestedAddress: LEASE.address, leaseTime: 600 }),
      {
        options: [type(1), ID, REQUESTED, { code: 51, data: u32(600) }, { code: 80, data: new Uint8Array(0) }, PARAMETERS, HOSTNAME],
      },
    ],
    [
      "SELECTING",
      client.requestSelecting(SETTINGS, TRANSACTION, LEASE),
      { options: [type(3), ID, REQUESTED, SERVER, PARAMETERS, HOSTNAME] },
    ],
    [
      "INIT-REBOOT",
      client.requestInitReboot(SETTINGS, TRANSACTION, LEASE.address),
      { options: [type(3), ID, REQUESTED, PARAMETERS, HOSTNAME] },
    ],
    [
      "RENEWING and REBINDING",
      client.requestExtension(SETTINGS, TRANSACTION, LEASE.address),
      { flags: 0, ciaddr: LEASE.address, options: [type(3), ID, PARAMETERS, HOSTNAME] },
    ],
    [
      "INFORM",
      client.inform(SETTINGS, TRANSACTION, LEASE.address),
      { flags: 0, ciaddr: LEASE.address, options: [type(8), ID, PARAMETERS, HOSTNAME] },
    ],
    ["RELEASE", client.release(SETTINGS, 0xdeadbeef, LEASE), { flags: 0, secs: 0, ciaddr: LEASE.address, options: [type(7), ID, SERVER] }],
    ["DECLINE", client.decline(SETTINGS, 0xdeadbeef, LEASE), { flags: 0, secs: 0, options: [type(4), ID, REQUESTED, SERVER] }],
    ["BOOTP", client.bootpRequest(SETTINGS, TRANSACTION), { options: [HOSTNAME] }],
  ];
  for (const [what, built, expected] of table) assert.deepEqual(built, { ...BASE, ...expected }, what);
});

test("a client may send no identifier, and ask for no parameters", () => {
  const settings = { ...SETTINGS, clientIdentifier: undefined, parameterRequestList: [] };
  assert.deepEqual(client.discover(settings, TRANSACTION).options, [type(1), HOSTNAME]);
});

test("secs stays in its 16 bits", () => {
  assert.equal(client.discover(SETTINGS, { xid: 1, secs: 100_000 }).secs, 0xffff);
});
