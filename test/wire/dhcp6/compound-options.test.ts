import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { readUserClasses, vendorClasses, vendorInformation } from "../../../src/wire/dhcp6/class-options.ts";
import {
  clientDataOption,
  cltTimeOption,
  lqClientLinkOption,
  lqQueryOption,
  lqRelayDataOption,
  QueryType,
  readLqQuery,
  readLqRelayData,
} from "../../../src/wire/dhcp6/leasequery.ts";
import {
  clientLinkLayerAddressOption,
  readClientLinkLayerAddress,
  readRemoteId,
  remoteIdOption,
} from "../../../src/wire/dhcp6/relay-options.ts";
import { address, hex, option } from "./arbitrary.ts";

describe("classes and vendor options (RFC 8415 sections 21.15 to 21.17)", () => {
  test("user classes, without what is cut off", () => {
    assert.deepEqual(readUserClasses(hex("0002 6162 0000 0001 63")), [hex("6162"), hex(""), hex("63")]);
    assert.deepEqual(readUserClasses(hex("0002 6162 0002 61")), [hex("6162")]);
    assert.deepEqual(readUserClasses(hex("00")), []);
  });

  test("vendor classes of several enterprises", () => {
    const options = [option(16, "0000118b 0002 6162 0001 63"), option(1, "00"), option(16, "00000009"), option(16, "000000")];
    assert.deepEqual(vendorClasses(options), [
      { enterprise: 4491, classes: [hex("6162"), hex("63")] },
      { enterprise: 9, classes: [] },
    ]);
  });

  test("vendor options of several enterprises, and twice of one", () => {
    const options = [
      option(17, "0000118b 0001 0001 07 0025 0000"),
      option(17, "ffffffff 0001 0009 07"),
      option(17, "0000118b"),
      option(17, "00"),
    ];
    assert.deepEqual(vendorInformation(options), [
      { enterprise: 4491, options: [option(1, "07"), option(37)] },
      { enterprise: 0xffffffff, options: [] },
      { enterprise: 4491, options: [] },
    ]);
  });

  test("any bytes are some", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (data) => {
        const size = readUserClasses(data).reduce((sum, one) => sum + 2 + one.length, 0);
        assert.ok(size <= data.length);
        assert.equal(vendorClasses([{ code: 16, data }]).length, data.length >= 4 ? 1 : 0);
        assert.equal(vendorInformation([{ code: 17, data }]).length, data.length >= 4 ? 1 : 0);
      }),
    );
  });
});

describe("what relays tell", () => {
  test("Remote-Id (RFC 4649)", () => {
    const value = { enterprise: 0x80000009, id: hex("0a0b") };
    assert.deepEqual(remoteIdOption(value), option(37, "80000009 0a0b"));
    assert.deepEqual(readRemoteId(hex("80000009 0a0b")), value);
    assert.deepEqual([readRemoteId(hex("000009")), readRemoteId(hex("00000009"))], [undefined, { enterprise: 9, id: hex("") }]);
  });

  test("the client's link-layer address (RFC 6939)", () => {
    const value = { type: 1, address: hex("020000000010") };
    assert.deepEqual(clientLinkLayerAddressOption(value), option(79, "0001 020000000010"));
    assert.deepEqual(readClientLinkLayerAddress(hex("0001 020000000010")), value);
    assert.deepEqual([readClientLinkLayerAddress(hex("0001")), readClientLinkLayerAddress(hex(""))], [undefined, undefined]);
  });
});

describe("leasequery (RFC 5007 section 4.1.2)", () => {
  const link = "20010db8000000000000000000000001";

  test("a query", () => {
    const value = { type: QueryType.byClientId, linkAddress: address("2001:db8::1"), options: [option(1, "000301")] };
    assert.deepEqual(lqQueryOption(value), option(44, `02 ${link} 0001 0003 000301`));
    assert.deepEqual(readLqQuery(hex(`02 ${link} 0001 0003 000301`)), value);
    assert.equal(readLqQuery(new Uint8Array(16)), undefined);
    assert.deepEqual(readLqQuery(new Uint8Array(17)), { type: 0, linkAddress: address("::"), options: [] });
  });

  test("the data of a client", () => {
    const data = clientDataOption([option(1, "000301"), cltTimeOption(0x80000000)]);
    assert.deepEqual(data, option(45, "0001 0003 000301 002e 0004 80000000"));
  });

  test("the relays of a client", () => {
    const value = { peerAddress: address("2001:db8::1"), message: hex("0c00") };
    assert.deepEqual(lqRelayDataOption(value), option(47, `${link} 0c00`));
    assert.deepEqual(readLqRelayData(hex(`${link} 0c00`)), value);
    assert.equal(readLqRelayData(new Uint8Array(15)), undefined);
  });

  test("the links of a client", () => {
    assert.deepEqual(lqClientLinkOption([address("2001:db8::1"), address("::")]), option(48, `${link} ${"00".repeat(16)}`));
  });
});
