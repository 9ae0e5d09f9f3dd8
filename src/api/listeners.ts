import { chmodSync, readFileSync, statSync, unlinkSync } from "node:fs";
import { Server as HttpsServer } from "node:https";
import { connect } from "node:net";
import { createSecureContext } from "node:tls";
import type { ApiSpec } from "../config/model/api.ts";
import { formatAddress } from "../net/address.ts";
import type { ListenerTraits } from "./app.ts";
import type { App } from "./context.ts";

/*
 * Where the API listens. A change leaves those listeners alone that stay, with what is under way on
 * them; an address can be listened on by one alone, so those that go are closed before new ones are
 * opened, and come back where that fails. Another certificate needs no other listener.
 */

/** One that is wanted. */
interface Place {
  /** Those of the same key are the same listener. */
  readonly key: string;
  readonly at: { readonly host: string; readonly port: number } | { readonly path: string };
  readonly secure: boolean;
}

type Pair = { readonly cert: string; readonly key: string };

export type MakeApp = (traits: Pick<ListenerTraits, "bySocket" | "tls">) => Promise<App>;

export interface Listeners {
  /** Where they are, such as https://127.0.0.1:3333 or unix:/run/leasehold/api. */
  at(): readonly string[];
  /** Rejects, in words; then they are as they were. */
  change(spec: ApiSpec): Promise<void>;
  close(): Promise<void>;
}

export function createListeners(makeApp: MakeApp): Listeners {
  let present = new Map<string, { readonly place: Place; readonly app: App }>();
  let pair: Pair | undefined;

  async function open(place: Place, tls: Pair | undefined): Promise<App> {
    const app = await makeApp({ bySocket: "path" in place.at, tls: place.secure ? tls : undefined });
    try {
      if ("path" in place.at) await listenAtPath(app, place.at.path);
      else await app.listen(place.at);
      return app;
    } catch (error) {
      await app.close();
      throw explained(error, place);
    }
  }

  async function openAll(places: Iterable<Place>, tls: Pair | undefined, into: typeof present): Promise<void> {
    for (const place of places) into.set(place.key, { place, app: await open(place, tls) });
  }

  return {
    at: () => [...present.values()].map(({ app }) => placeOf(app)),
    async change(spec) {
      const nextPair = spec.tls && readPair(spec.tls);
      const wanted = placesOf(spec);
      const going = [...present.values()].filter(({ place }) => !wanted.some(({ key }) => key === place.key));
      const coming = wanted.filter(({ key }) => !present.has(key));
      await Promise.all(going.map(({ app }) => app.close()));
      const opened: typeof present = new Map();
      try {
        await openAll(coming, nextPair, opened);
      } catch (error) {
        await Promise.all([...opened.values()].map(({ app }) => app.close()));
        for (const { place } of going) present.delete(place.key);
        await openAll(
          going.map(({ place }) => place),
          pair,
          present,
        );
        throw error;
      }
      const all = new Map([...present, ...opened]);
      present = new Map(wanted.map(({ key }) => [key, all.get(key) as { place: Place; app: App }]));
      pair = nextPair;
      for (const { app } of present.values())
        if (pair !== undefined && app.server instanceof HttpsServer) app.server.setSecureContext(pair);
    },
    async close() {
      await Promise.all([...present.values()].map(({ app }) => app.close()));
      present.clear();
    },
  };
}

function placesOf({ listen, socket, tls }: ApiSpec): readonly Place[] {
  const secure = tls !== undefined;
  return [
    ...listen.map(({ address, port }) => {
      const host = formatAddress(address);
      return { key: `${secure ? "https" : "http"} ${host} ${port}`, at: { host, port }, secure };
    }),
    ...(socket === undefined ? [] : [{ key: `unix ${socket}`, at: { path: socket }, secure: false }]),
  ];
}

function readPair(files: Pair): Pair {
  const read = (path: string): string => {
    try {
      return readFileSync(path, "utf8");
    } catch (error) {
      throw new Error(`${path} of api.tls can't be read: ${messageOf(error)}`);
    }
  };
  const pair = { cert: read(files.cert), key: read(files.key) };
  try {
    createSecureContext(pair);
  } catch (error) {
    throw new Error(`${files.cert} and ${files.key} of api.tls are no certificate with its key: ${messageOf(error)}`);
  }
  return pair;
}

async function listenAtPath(app: App, path: string): Promise<void> {
  if (statSync(path, { throwIfNoEntry: false })?.isSocket() === true) {
    if (await answersAt(path)) throw Object.assign(new Error(), { code: "EADDRINUSE" });
    // It was left by a server that was killed.
    unlinkSync(path);
  }
  await app.listen({ path });
  chmodSync(path, 0o660);
}

function answersAt(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}

function explained(error: unknown, { at }: Place): Error {
  const { code } = error as NodeJS.ErrnoException;
  const where = "path" in at ? at.path : `${at.host}, port ${at.port},`;
  if (code === "EADDRINUSE") {
    const what = `${where} is in use: another program, or another server of Leasehold, listens there`;
    return new Error(`${what}; \`api: {${"path" in at ? "socket" : "listen"}: ...}\` names another place, \`api: false\` none`);
  }
  if (code === "EADDRNOTAVAIL") return new Error(`${where} is no address of this machine: see \`listen\` of \`api\``);
  if (code === "EACCES") return new Error(`${where} may not be listened on by this user`);
  return new Error(`${where} can't be listened on: ${messageOf(error)}`);
}

function placeOf({ server }: App): string {
  const address = server.address();
  if (address === null || typeof address === "string") return `unix:${address}`;
  const host = address.family === "IPv6" ? `[${address.address}]` : address.address;
  return `${server instanceof HttpsServer ? "https" : "http"}://${host}:${address.port}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
