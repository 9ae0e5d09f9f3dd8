import assert from "node:assert/strict";
import { test } from "node:test";
import { patchOptions } from "../../../src/engine/common/patch.ts";

const option = (code: number, ...bytes: number[]) => ({ code, data: Uint8Array.from(bytes) });
const change = (code: number, ...values: number[]) => ({ code, values: values.map((value) => Uint8Array.of(value)) });

test("options are changed in their place, taken out, and added behind the others", () => {
  const options = [option(53, 5), option(3, 1), option(6, 2), option(3, 3)];
  const table: readonly [changes: readonly ReturnType<typeof change>[], result: readonly (readonly [number, ...number[]])[]][] = [
    [
      [change(3, 9)],
      [
        [53, 5],
        [3, 9],
        [6, 2],
      ],
    ],
    [
      [change(3)],
      [
        [53, 5],
        [6, 2],
      ],
    ],
    [
      [change(3, 7, 8)],
      [
        [53, 5],
        [3, 7],
        [3, 8],
        [6, 2],
      ],
    ],
    [
      [change(15, 4), change(6)],
      [
        [53, 5],
        [3, 1],
        [3, 3],
        [15, 4],
      ],
    ],
    [
      [change(15), change(3, 1), change(3, 2)],
      [
        [53, 5],
        [3, 2],
        [6, 2],
      ],
    ],
  ];
  for (const [changes, result] of table) {
    assert.deepEqual(
      patchOptions(options, changes).map(({ code, data }) => [code, ...data]),
      result,
    );
  }
  assert.equal(patchOptions(options, []), options);
});
