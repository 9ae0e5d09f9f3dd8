import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isRecord, recordHasKey, recordKey, recordLength, recordLimitKeys } from "../../../src/leases/columns/record.ts";
import type { LeaseOwner } from "../../../src/leases/dhcp6/lease.ts";
import { OWNER_RECORD } from "../../../src/leases/dhcp6/record.ts";

test("the record of an owner gives it back, whatever is known of it", () => {
  const bytes = fc.uint8Array({ maxLength: 300 });
  const optional = fc.option(bytes, { nil: undefined });
  const owners = fc.record({
    clientKey: bytes,
    preferredLifetime: fc.nat(0xffffffff),
    peerAddress: optional,
    relays: optional,
    interfaceName: optional,
    hardware: optional,
    hostname: optional,
    vendorClass: optional,
    reconfigureKey: optional,
    limitKeys: optional,
    name: optional,
    foundByProbe: fc.boolean(),
  });
  fc.assert(
    fc.property(owners, fc.nat(40), ({ name, foundByProbe, ...rest }, offset) => {
      const owner: LeaseOwner = { ...rest, ...(name && { name }), ...(foundByProbe && { foundByProbe }) };
      const into = new Uint8Array(offset + OWNER_RECORD.size(owner));
      assert.equal(OWNER_RECORD.write(owner, into, offset), into.length);
      assert.equal(recordLength(into, offset), into.length - offset);
      assert.deepEqual(OWNER_RECORD.copy(OWNER_RECORD.read(into, offset)), owner);
      assert.deepEqual(recordKey(into, offset), owner.clientKey);
      assert.ok(recordHasKey(into, offset, owner.clientKey));
      assert.deepEqual(recordLimitKeys(into, offset), owner.limitKeys);
      assert.ok(isRecord(into.subarray(offset)));
    }),
  );
});
