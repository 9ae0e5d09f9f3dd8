import { defineConfig } from "../../../src/config/index.ts";

/*
 * What the compiler says of hooks. Nothing runs here: `npm run check` fails where something is refused
 * that is right, or taken that is marked as wrong.
 */

export const RIGHT = defineConfig({
  option_definitions: { door_code: { code: 224, type: "u16" } },
  hooks: {
    message(m) {
      if (m.protocol === "dhcp4") {
        const wanted: readonly number[] | undefined = m.options.parameter_request_list;
        const address: string | undefined = m.options.requested_address;
        return { classes: [m.giaddr ?? "here", address ?? "", String(wanted?.[0])] };
      }
      if (m.relays.some(({ linkAddress }) => linkAddress === "2001:db8::1")) return { drop: true, reason: m.duid ?? "" };
      const seconds: number | undefined = m.options.elapsed_time;
      return seconds === undefined ? undefined : { classes: [] };
    },
    async reply(r, m) {
      if (r.type === "NAK") return;
      if (m.hostname === "x") return { refuse: true };
      return { options: { routers: ["10.0.0.1"], domain_name: null, door_code: 5, 224: { type: "hex", value: "00" } } };
    },
    event({ kind, after }) {
      if (kind === "bound" && after?.state === "bound") return after.hostname;
    },
    budget: 20,
    onFailure: "drop",
  },
});

export const WRONG = [
  // @ts-expect-error: no such hook
  defineConfig({ hooks: { mesage() {} } }),
  // @ts-expect-error: no function
  defineConfig({ hooks: { message: true } }),
  // @ts-expect-error: a name
  defineConfig({ hooks: { message: () => ({ classes: [5] }) } }),
  // @ts-expect-error: no such key in an answer
  defineConfig({ hooks: { message: () => ({ refuse: true }) } }),
  // @ts-expect-error: no such option
  defineConfig({ hooks: { message: (m) => (m.protocol === "dhcp4" && m.options.ruters ? { drop: true } : undefined) } }),
  // @ts-expect-error: an address, not a number
  defineConfig({ hooks: { reply: () => ({ options: { routers: 5 } }) } }),
  // @ts-expect-error: it can't be changed
  defineConfig({ hooks: { message: (m) => void Object.assign<{ type: 5 }, object>(m, {}) } }),
  // @ts-expect-error: no such policy
  defineConfig({ hooks: { onFailure: "ignore" } }),
];
