import assert from "node:assert/strict";
import { test } from "node:test";
import type { ApiSpec } from "../../src/config/model/api.ts";
import { printConfig } from "../../src/config/print.ts";
import { load, problemsOf } from "./load.ts";

const HERE = { address: Uint8Array.of(127, 0, 0, 1), port: 3333 };
const ANYWHERE = { address: Uint8Array.of(0, 0, 0, 0), port: 3333 };
const LOOPBACK6 = { address: Uint8Array.from({ length: 16 }, (_, i) => (i === 15 ? 1 : 0)), port: 8080 };
const TOKEN = "0123456789abcdef";

test("api: where to listen, and who may ask", () => {
  const table: readonly (readonly [source: string, api: ApiSpec | undefined])[] = [
    ["", undefined],
    ["api: {}", { listen: [HERE], tokens: [], dashboard: true }],
    ["api: false", { listen: [], tokens: [], dashboard: false }],
    ["api: {listen: 127.0.0.1:3333, dashboard: false}", { listen: [HERE], tokens: [], dashboard: false }],
    ["api: {listen: [127.0.0.1, '[::1]:8080']}", { listen: [HERE, LOOPBACK6], tokens: [], dashboard: true }],
    ["api: {listen: [], socket: /run/api}", { listen: [], tokens: [], socket: "/run/api", dashboard: true }],
    [
      `api: {listen: 0.0.0.0, tokens: [{token: ${TOKEN}, role: read}, {token_file: /etc/t, role: admin}], tls: {cert: /c, key: /k}}`,
      {
        listen: [ANYWHERE],
        tokens: [
          { token: TOKEN, role: "read" },
          { file: "/etc/t", role: "admin" },
        ],
        tls: { cert: "/c", key: "/k" },
        dashboard: true,
      },
    ],
  ];
  for (const [source, api] of table) {
    const config = load(`${source}\nnetworks: {}`);
    assert.deepEqual(config.api, api, source);
    assert.deepEqual(load(printConfig(config)), config);
  }
});

test("api: mistakes", () => {
  const table: readonly (readonly [source: string, problem: string])[] = [
    ["api: {listen: 10.0.0.1}", "1:15 10.0.0.1:3333 is no loopback address, and without tokens everybody on the network could ask"],
    ["api: {listen: [127.0.0.1, '[::]:80']}", "1:27 [::]:80 is no loopback address, and without tokens everybody on the network could ask"],
    ["api: {listen: [127.0.0.1, 127.0.0.1:3333]}", "1:27 127.0.0.1:3333 is listed twice"],
    ["api: {tokens: [{role: read}]}", "1:16 name exactly one of token and token_file"],
    [`api: {tokens: [{token: ${TOKEN}, token_file: /t, role: read}]}`, "1:16 name exactly one of token and token_file"],
    ["api: {tokens: [{token: short, role: read}]}", "1:24 a token has at least 16 characters: `openssl rand -hex 24` makes one"],
    [`api: {tokens: [{token: ${TOKEN}, role: root}]}`, '1:48 expected read or admin, got "root"'],
    ["api: {tls: {cert: /c}}", '1:7 "key" is missing'],
    ["api: {port: 3333}", '1:7 unknown key "port"'],
    [`api: {socket: /${"x".repeat(107)}}`, "1:15 the path of a socket has at most 107 bytes"],
    ["api: true", "1:6 expected a map with listen, tokens, tls, socket and dashboard, or false for no API, got true"],
  ];
  for (const [source, problem] of table) assert.deepEqual(problemsOf(`${source}\nnetworks: {}`), [problem], source);
});

test("api: tokens that the network can hear are warned of", () => {
  const open = `listen: 0.0.0.0, tokens: [{token: ${TOKEN}, role: read}]`;
  for (const [source, warned] of [
    [`api: {${open}}`, true],
    [`api: {${open}, tls: {cert: /c, key: /k}}`, false],
  ] as const)
    assert.equal(
      problemsOf(`${source}\nnetworks: {}`).some((text) => text.includes("is asked without TLS")),
      warned,
    );
});
