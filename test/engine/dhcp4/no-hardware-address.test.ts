import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { HOME, home } from "../support/home.ts";
import { discover, request } from "../support/messages.ts";
import { unicastFrom } from "../support/server.ts";

/** Links on which messages have no hardware address (hlen 0): clients are known by their identifier alone. */
const LINKS = [
  ["InfiniBand (RFC 4390 section 2)", 32],
  ["IEEE 1394 (RFC 2855 section 3)", 24],
] as const;

const OPTIONS = ["54 10.0.0.1", "51 3600 s", "58 1800 s", "59 3150 s", "1 255.255.255.0", "3 10.0.0.1", "61 node 7"];

for (const [name, htype] of LINKS) {
  describe(`clients on ${name}`, () => {
    const spec = { htype, mac: "", id: "node 7", broadcast: true, prl: [] };
    const header = `op 2 htype ${htype} `;

    test("are known by their identifier, answered by broadcast, and get htype and hlen back", () => {
      const server = home(HOME);
      const offer = server.receive(discover(spec));
      assert.deepEqual(offer, {
        to: "255.255.255.255:68 on 2 from 10.0.0.1",
        header: `${header} flags 8000 yiaddr 10.0.0.100`,
        options: ["53 OFFER", ...OPTIONS],
        limit: 548,
        changes: ["hold 10.0.0.100 until 1030 for  as node 7"],
      });
      const ack = server.receive(request({ ...spec, server: "10.0.0.1", requested: "10.0.0.100" }));
      assert.deepEqual(ack, { ...offer, options: ["53 ACK", ...OPTIONS], changes: ["bound 10.0.0.100 1000..4600 of  as node 7"] });
    });

    test("are answered at their address when they renew", () => {
      const server = home(HOME);
      server.receive(request({ ...spec, server: "10.0.0.1", requested: "10.0.0.100" }));
      const ack = server.receive(request({ ...spec, broadcast: false, ciaddr: "10.0.0.100" }), unicastFrom("10.0.0.100"));
      assert.equal(ack.to, "10.0.0.100:68 on 2 from 10.0.0.1");
      assert.equal(ack.header, `${header} ciaddr 10.0.0.100 yiaddr 10.0.0.100`);
    });

    test("are not told apart, and not served, without an identifier", () => {
      assert.deepEqual(home(HOME).receive(discover({ htype, mac: "", broadcast: true })), { silence: "no-client-identity" });
    });

    test("are not served where hlen says the 20 bytes of the link's address: chaddr has a part of it at most", () => {
      const server = home(HOME);
      for (const id of ["node 7", undefined]) {
        const message = {
          ...discover({ htype, mac: "", broadcast: true, ...(id === undefined ? {} : { id }) }),
          hlen: 20,
          chaddr: new Uint8Array(16).fill(9),
        };
        assert.deepEqual(server.receive(message), { silence: "hardware-address-too-long" });
      }
      assert.equal(server.table.size, 0);
    });
  });
}
