import type { TestContext } from "node:test";
import * as dhcp4 from "../../src/client/dhcp4/messages.ts";
import * as dhcp6 from "../../src/client/dhcp6/messages.ts";
import { parseIpv4 } from "../../src/net/ipv4.ts";
import { parseIpv6 } from "../../src/net/ipv6.ts";
import { parseMac } from "../../src/net/mac.ts";
import { decode as decode4 } from "../../src/wire/dhcp4/decode.ts";
import { encodeMessage as encode4 } from "../../src/wire/dhcp4/encode.ts";
import type { Message as Message4, Option } from "../../src/wire/dhcp4/message.ts";
import { OptionCode } from "../../src/wire/dhcp4/option-code.ts";
import { optionIpv4 } from "../../src/wire/dhcp4/options.ts";
import { decode as decode6 } from "../../src/wire/dhcp6/decode.ts";
import { encodeMessage as encode6 } from "../../src/wire/dhcp6/encode.ts";
import type { Message as Message6 } from "../../src/wire/dhcp6/message.ts";
import { openDatagrams } from "./datagrams.ts";

/* Clients behind a relay, for a server that runs on a port of its own; in the process of the test. */

/** What a client is asked with. */
export interface Asked {
  readonly mac: string;
  readonly options?: readonly Option[];
  /** Codes that it asks for. */
  readonly wants?: readonly number[];
  /** No answer is expected: it asks one time. */
  readonly once?: boolean;
}

export interface Client4 {
  /** The OFFER; undefined: there was none. */
  discover(asked: Asked): Promise<Message4 | undefined>;
  /** DISCOVER, OFFER, REQUEST, and the ACK or NAK. */
  bind(asked: Asked): Promise<Message4 | undefined>;
}

export interface Client6 {
  /** The ADVERTISE; undefined: there was none. */
  solicit(asked: Asked): Promise<Message6 | undefined>;
}

let transactions = 0;

export async function openClient4(t: TestContext, address: string, port: number, relay: string): Promise<Client4> {
  const datagrams = await openDatagrams(t, address, port);
  const giaddr = parseIpv4(relay) as number;
  const settings = ({ mac, options = [], wants = dhcp4.DEFAULT_PARAMETERS }: Asked) => ({
    ...dhcp4.ethernetClient(parseMac(mac) as Uint8Array),
    options,
    parameterRequestList: wants,
  });
  const ask = (message: Message4, once: boolean | undefined) =>
    datagrams.ask(
      encode4({ ...message, giaddr }),
      (bytes) => {
        const decoded = decode4(Uint8Array.from(bytes));
        return decoded.ok && decoded.message.xid === message.xid ? decoded.message : undefined;
      },
      once,
    );
  const discover = (asked: Asked) => ask(dhcp4.discover(settings(asked), { xid: ++transactions, secs: 0 }), asked.once);
  return {
    discover,
    async bind(asked) {
      const offer = await discover(asked);
      if (offer === undefined) return undefined;
      const serverIdentifier = optionIpv4(offer, OptionCode.serverIdentifier) ?? 0;
      const chosen = { address: offer.yiaddr, serverIdentifier };
      return ask(dhcp4.requestSelecting(settings(asked), { xid: ++transactions, secs: 0 }, chosen), asked.once);
    },
  };
}

export async function openClient6(t: TestContext, address: string, port: number, link: string): Promise<Client6> {
  const datagrams = await openDatagrams(t, address, port);
  const relay = { hopCount: 0, linkAddress: parseIpv6(link) as Uint8Array, peerAddress: parseIpv6("fe80::9") as Uint8Array, options: [] };
  return {
    solicit({ mac, options = [], wants = dhcp6.DEFAULT_OPTION_REQUEST, once }) {
      const settings = { ...dhcp6.ethernetClient(parseMac(mac) as Uint8Array), options, optionRequest: wants };
      const message = dhcp6.solicit(settings, { transactionId: ++transactions, elapsed: 0 });
      return datagrams.ask(
        encode6({ ...message, relays: [relay] }),
        (bytes) => {
          const decoded = decode6(Uint8Array.from(bytes));
          return decoded.ok && decoded.message.transactionId === message.transactionId ? decoded.message : undefined;
        },
        once,
      );
    },
  };
}
