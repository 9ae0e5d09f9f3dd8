import type { SendFailure } from "./transport.ts";

const BY_ERRNO: Readonly<Record<string, SendFailure>> = {
  EAGAIN: "would-block",
  ENOBUFS: "would-block",
  ENOMEM: "would-block",
  ENETUNREACH: "no-route",
  EHOSTUNREACH: "no-route",
  ENETDOWN: "no-route",
  ENODEV: "no-route",
  ENXIO: "no-route",
  EADDRNOTAVAIL: "no-route",
  EMSGSIZE: "too-large",
  EPERM: "not-permitted",
  EACCES: "not-permitted",
};

/** What an error of sending means; `code` is the errno name. */
export function sendFailureOf(code: string): SendFailure {
  return BY_ERRNO[code] ?? "other";
}

export function noSendFailures(): Record<SendFailure, number> {
  return { "would-block": 0, "no-route": 0, "too-large": 0, "not-permitted": 0, other: 0 };
}
