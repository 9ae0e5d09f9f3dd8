import assert from "node:assert/strict";
import { test } from "node:test";
import { answersClient, ethernetClient, readLease } from "../../../src/client/dhcp4/index.ts";
import { decode } from "../../../src/wire/dhcp4/decode.ts";
import type { Message } from "../../../src/wire/dhcp4/message.ts";
import { ack, address, answerBytes, type Changes, MAC, u32 } from "./script.ts";

function acknowledgement(changes: Changes = {}): Message {
  const decoded = decode(answerBytes(ack(changes), 7));
  assert.ok(decoded.ok);
  return decoded.message;
}

test("readLease: times of a lease of an hour asked for at second 100", () => {
  const table: readonly [what: string, options: Record<number, Uint8Array>, random: number, t1: number, t2: number, expiry: number][] = [
    ["nothing said: 1/2 and 7/8", {}, 0.5, 1900, 3250, 3700],
    ["T1 and T2 as said", { 58: u32(600), 59: u32(1200) }, 0.5, 700, 1300, 3700],
    ["only T1 said", { 58: u32(600) }, 0.5, 700, 3250, 3700],
    ["T1 of zero, at which it would renew without end", { 58: u32(0), 59: u32(3000) }, 0.5, 1900, 3250, 3700],
    ["T1 and T2 of zero", { 58: u32(0), 59: u32(0) }, 0.5, 1900, 3250, 3700],
    ["only T2 said", { 59: u32(2400) }, 0.5, 1900, 2500, 3700],
    ["T2 said before the usual T1", { 59: u32(1200) }, 0.5, 1900, 3250, 3700],
    ["T1 equal to T2", { 58: u32(600), 59: u32(600) }, 0.5, 1900, 3250, 3700],
    ["T2 not before the end", { 59: u32(3600) }, 0.5, 1900, 3250, 3700],
    ["T1 of the wrong length", { 58: Uint8Array.of(1) }, 0.5, 1900, 3250, 3700],
    ["randomness moves T1 to 5 % earlier", {}, 0, 1810, 3250, 3700],
    ["randomness never moves T1 past T2", { 58: u32(1000), 59: u32(1010) }, 0.999_999, 1110, 1110, 3700],
    ["a lease without end", { 51: u32(0xffffffff), 58: u32(600) }, 0.5, Infinity, Infinity, Infinity],
  ];
  for (const [what, options, random, t1, t2, expiry] of table) {
    const message = acknowledgement({ options });
    const expected = { address: address("10.0.0.5"), serverIdentifier: address("10.0.0.1"), start: 100_000, message };
    assert.deepEqual(
      readLease(message, 100_000, random),
      { ok: true, lease: { ...expected, t1: t1 * 1000, t2: t2 * 1000, expiry: expiry * 1000 } },
      what,
    );
  }
});

test("readLease: an answer that gives no usable lease says why", () => {
  const notAnAddress = "yiaddr is not an address that a host can have";
  const table: readonly [changes: Changes, problem: string][] = [
    [{ yiaddr: 0 }, notAnAddress],
    [{ yiaddr: address("224.0.0.1") }, notAnAddress],
    [{ yiaddr: address("255.255.255.255") }, notAnAddress],
    [{ options: { 54: undefined } }, "no server identifier (option 54)"],
    [{ options: { 54: Uint8Array.of(10, 0, 0) } }, "no server identifier (option 54)"],
    [{ options: { 54: u32(0) } }, "no server identifier (option 54)"],
    [{ options: { 51: undefined } }, "no lease time (option 51)"],
    [{ options: { 51: u32(0) } }, "no lease time (option 51)"],
  ];
  for (const [changes, problem] of table) assert.deepEqual(readLease(acknowledgement(changes), 0, 0.5), { ok: false, problem });
});

test("readLease: a server of a /32, or one that sends no mask, gives a lease all the same", () => {
  for (const mask of [undefined, u32(0xffffffff)]) assert.equal(readLease(acknowledgement({ options: { 1: mask } }), 0, 0.5).ok, true);
});

test("answersClient: op, xid, hardware address and, when echoed, the client identifier (RFC 6842)", () => {
  const table: readonly [what: string, changes: Changes, answers: boolean][] = [
    ["the usual answer", {}, true],
    ["a request", { op: 1 }, false],
    ["another transaction", { xidOff: 1 }, false],
    ["another hardware address", { chaddr: Uint8Array.of(2, 0, 0, 0, 0, 2) }, false],
    ["a shorter hardware address", { chaddr: MAC.subarray(0, 5), hlen: 5 }, false],
    ["another hardware type", { htype: 6 }, false],
    ["our identifier", { options: { 61: Uint8Array.of(1, ...MAC) } }, true],
    ["another's identifier", { options: { 61: Uint8Array.of(1, 2, 0, 0, 0, 0, 9) } }, false],
  ];
  const identity = ethernetClient(MAC);
  for (const [what, changes, answers] of table) assert.equal(answersClient(identity, 7, acknowledgement(changes)), answers, what);
});

test("answersClient: a client that sent no identifier is not bothered by one", () => {
  const identity = { ...ethernetClient(MAC), clientIdentifier: undefined };
  assert.equal(answersClient(identity, 7, acknowledgement({ options: { 61: Uint8Array.of(9) } })), true);
});
