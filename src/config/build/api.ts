import { formatAddress } from "../../net/address.ts";
import { type ApiSpec, DEFAULT_API, NO_API } from "../model/api.ts";
import type { ListenSpec } from "../model/common.ts";
import { API_PORT } from "../schema/api.ts";
import type { ConfigFile } from "../schema/config.ts";
import type { Report } from "../text/problems.ts";
import { refuseTwice } from "./common.ts";

type Written = Exclude<ConfigFile["api"], undefined>;

/** The API as it is written, and what it must not be: open to a network without a token. */
export function buildApi(written: Written, report: Report): ApiSpec {
  if (written === false) return NO_API;
  const { listen = DEFAULT_API.listen, tokens = [], tls, socket, dashboard = DEFAULT_API.dashboard } = written;
  const isList = Array.isArray(listen);
  const listeners: readonly ListenSpec[] = isList ? listen : [listen as ListenSpec];
  const texts = listeners.map(describe);
  if (isList) refuseTwice(texts, ["api", "listen"], report);
  for (const [i, one] of listeners.entries()) {
    const path = isList ? ["api", "listen", i] : ["api", "listen"];
    if (!isLoopback(one.address) && tokens.length === 0) {
      const hint = "add tokens: [{token_file: /etc/leasehold/token, role: admin}], or listen on 127.0.0.1";
      report.error(path, `${texts[i]} is no loopback address, and without tokens everybody on the network could ask`, hint);
    }
    if (!isLoopback(one.address) && tls === undefined && tokens.length > 0) {
      const hint = "add tls: {cert: FILE, key: FILE}, or put a proxy that has it before a loopback address";
      report.warn(path, `${texts[i]} is asked without TLS: whoever listens to the network learns the tokens`, hint);
    }
  }
  return {
    listen: listeners.map(({ address, port = API_PORT }) => ({ address, port })),
    tokens: tokens.map(({ token, token_file, role }) => ({
      ...(token === undefined ? {} : { token }),
      ...(token_file === undefined ? {} : { file: token_file }),
      role,
    })),
    ...(tls === undefined ? {} : { tls }),
    ...(socket === undefined ? {} : { socket }),
    dashboard,
  };
}

/** 127.0.0.0/8 and ::1. */
function isLoopback(address: Uint8Array): boolean {
  return address.length === 4 ? address[0] === 127 : address.every((byte, i) => byte === (i === 15 ? 1 : 0));
}

function describe({ address, port = API_PORT }: ListenSpec): string {
  const text = formatAddress(address);
  return address.length === 16 ? `[${text}]:${port}` : `${text}:${port}`;
}
