import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { endRecord, isRecord, recordHasKey, recordKey, recordLength, recordLimitKeys } from "../../../src/leases/columns/record.ts";
import { OWNER_RECORD, recordOf } from "../../../src/leases/dhcp4/record.ts";
import { ownerOf } from "../../support/leases.ts";

describe("owner record", () => {
  const bytes = fc.uint8Array({ maxLength: 300 });
  const optional = fc.option(bytes, { nil: undefined });

  test("gives back every owner, whatever it is known by", () => {
    const owners = fc.record({
      identifier: optional,
      htype: fc.nat(255),
      chaddr: fc.uint8Array({ maxLength: 16 }),
      hostname: optional,
      vendorClass: optional,
      relayAgentInformation: optional,
      limitKeys: optional,
      name: bytes,
      foundByProbe: fc.boolean(),
      by: fc.oneof(fc.constantFrom("identifier", "hardware"), bytes),
    });
    fc.assert(
      fc.property(owners, fc.nat(40), ({ identifier, by, foundByProbe, ...rest }, offset) => {
        const hardware = Uint8Array.of(rest.htype, ...rest.chaddr);
        const clientKey = by instanceof Uint8Array ? by : by === "identifier" && identifier !== undefined ? identifier : hardware;
        const owner = { ...rest, clientIdentifier: identifier, clientKey, ...(foundByProbe && { foundByProbe }) };
        const into = new Uint8Array(offset + OWNER_RECORD.size(owner));
        assert.equal(OWNER_RECORD.write(owner, into, offset), into.length);
        assert.equal(recordLength(into, offset), into.length - offset);
        assert.deepEqual(OWNER_RECORD.copy(OWNER_RECORD.read(into, offset)), owner);
        assert.deepEqual(recordKey(into, offset), clientKey);
        assert.ok(recordHasKey(into, offset, clientKey));
        assert.ok(!recordHasKey(into, offset, Uint8Array.of(...clientKey, 0)));
        assert.deepEqual(recordLimitKeys(into, offset), owner.limitKeys);
        assert.ok(isRecord(into.subarray(offset)));
      }),
    );
  });

  test("an identifier and a hardware address with the same bytes are one key", () => {
    const plain = ownerOf(7);
    const identified = { ...plain, clientIdentifier: plain.clientKey };
    assert.ok(recordHasKey(recordOf(identified), 0, plain.clientKey));
  });

  test("bytes that are no record are told from one, and a field that is not known is passed over", () => {
    const record = recordOf({ ...ownerOf(7), hostname: new Uint8Array(300), limitKeys: undefined });
    const later = Uint8Array.of(...record, 99, 2, 1, 2);
    endRecord(later, 0, later.length);
    assert.ok(isRecord(later));
    assert.deepEqual(OWNER_RECORD.copy(OWNER_RECORD.read(later, 0)), OWNER_RECORD.copy(OWNER_RECORD.read(record, 0)));
    for (let length = 0; length < record.length; length++) assert.ok(!isRecord(record.subarray(0, length)), `${length}`);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        if (bytes.length >= 4) endRecord(bytes, 0, bytes.length);
        if (isRecord(bytes)) OWNER_RECORD.copy(OWNER_RECORD.read(bytes, 0));
      }),
    );
  });
});
