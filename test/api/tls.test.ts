import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { open, READ, SPEC, send } from "./support.ts";

/** Makes a certificate of 127.0.0.1 that signs itself; its path and that of its key. */
function certificateIn(folder: string, name: string): { readonly cert: string; readonly key: string } {
  const [cert, key] = [join(folder, `${name}.crt`), join(folder, `${name}.key`)];
  const subject = ["-subj", `/CN=${name}`, "-addext", "subjectAltName=IP:127.0.0.1"];
  execFileSync(
    "openssl",
    [
      "req",
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:prime256v1",
      "-nodes",
      "-days",
      "2",
      "-keyout",
      key,
      "-out",
      cert,
      ...subject,
    ],
    {
      stdio: "ignore",
    },
  );
  return { cert, key };
}

test("HTTPS, with a certificate that a reload reads again; one that is none changes nothing", async (t) => {
  const { api, folder } = await open(t);
  const pair = certificateIn(folder, "first");
  const second = certificateIn(folder, "second");
  await api.reload({ ...SPEC, tls: pair });
  const [url = ""] = api.at;
  assert.match(url, /^https:\/\/127\.0\.0\.1:\d+$/);
  const first = readFileSync(pair.cert, "utf8");
  assert.deepEqual(await send(`${url}/version`, { token: READ, ca: first }).then(({ status, text }) => [status, text]), [
    200,
    '{"version":"1.2.3"}',
  ]);
  await assert.rejects(send(`${url}/version`, { token: READ, ca: readFileSync(second.cert, "utf8") }));
  await assert.rejects(send(url.replace("https", "http")), "no answer without TLS");

  for (const [from, to] of [
    [second.cert, pair.cert],
    [second.key, pair.key],
  ] as const)
    writeFileSync(to, readFileSync(from));
  assert.equal((await send(`${url}/ping`, { ca: first })).status, 200);
  await api.reload({ ...SPEC, tls: pair });
  assert.equal((await send(`${api.at[0]}/ping`, { ca: readFileSync(second.cert, "utf8") })).status, 200);

  writeFileSync(pair.key, "no key");
  await assert.rejects(api.reload({ ...SPEC, tls: pair }), /are no certificate with its key: /);
  assert.equal((await send(`${api.at[0]}/ping`, { ca: readFileSync(second.cert, "utf8") })).status, 200);
  rmSync(pair.key);
  await assert.rejects(api.reload({ ...SPEC, tls: pair }), new RegExp(`^Error: ${pair.key} of api\\.tls can't be read: `));
});
