import assert from "node:assert/strict";
import { test } from "node:test";
import { interfacesNamed, listInterfaces, listPortableInterfaces } from "../../src/io/interfaces.ts";
import { parseIpv4 } from "../../src/net/ipv4.ts";

for (const [name, list] of Object.entries({ listInterfaces, listPortableInterfaces })) {
  test(`${name} knows the loopback interface`, async () => {
    const loopback = (await list()).filter((candidate) => candidate.loopback);
    assert.deepEqual(
      loopback.map(({ index, up, addresses }) => ({ index: index > 0, up, address: addresses[0] })),
      [{ index: true, up: true, address: { address: parseIpv4("127.0.0.1"), prefixLength: 8 } }],
    );
  });
}

test("interfacesNamed keeps the order asked for", async () => {
  const all = await listInterfaces();
  assert.deepEqual(interfacesNamed(all, all.map(({ name }) => name).toReversed()), all.toReversed());
});

test("an interface that is missing is ENODEV, with those that are there", async () => {
  const all = await listInterfaces();
  assert.throws(() => interfacesNamed(all, ["lo", "eth99"]), {
    name: "TransportError",
    code: "ENODEV",
    message: `there is no network interface "eth99" on this machine; it has ${all.map(({ name }) => name).join(", ")}`,
  });
});
