import { createHash, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import type { ApiRole, ApiToken } from "../config/model/api.ts";
import { Problem } from "./problem.ts";

/*
 * Who may ask for what. A Unix socket is guarded by the file system: who may write to it may do
 * everything. Over TCP a bearer token says who somebody is. Where the configuration has none, the
 * listener is one of this machine alone: everybody there may look, and nobody may change anything.
 */

/** A token that is known, by its hash: hashes have one length, and say nothing of it. */
export interface KnownToken {
  readonly hash: Buffer;
  readonly role: ApiRole;
}

/** Reads those that stand in files. Throws with the file's name. */
export function readTokens(tokens: readonly ApiToken[]): readonly KnownToken[] {
  return tokens.map(({ token, file, role }) => ({ hash: hashOf(token ?? firstLineOf(file as string)), role }));
}

function firstLineOf(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new Error(`the token file ${file} can't be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  const [line = ""] = text.split(/\r?\n/, 1);
  if (line.trim().length < 16) throw new Error(`the token file ${file} has no token of at least 16 characters in its first line`);
  return line.trim();
}

function hashOf(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}

/** How a request came in, as far as it matters to who may ask. */
export interface Caller {
  /** It came by the Unix socket. */
  readonly bySocket: boolean;
  /** The header Authorization. */
  readonly authorization: string | undefined;
  /** The header Host. */
  readonly host: string | undefined;
}

/**
 * Names of this machine alone. Another one in Host is that of a page that was led here by its DNS.
 */
const LOOPBACK_HOST = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/i;

/**
 * What the caller may do. Throws Problem: 401 where it is nobody, 403 where a page of others asks.
 */
export function roleOf({ bySocket, authorization, host }: Caller, tokens: readonly KnownToken[]): ApiRole {
  if (bySocket) return "admin";
  if (authorization !== undefined) return roleOfToken(authorization, tokens);
  if (tokens.length > 0) throw new Problem(401, "say who you are: Authorization: Bearer TOKEN", {}, { "www-authenticate": "Bearer" });
  if (!LOOPBACK_HOST.test(host ?? ""))
    throw new Problem(403, `this server is asked as localhost or 127.0.0.1, not as ${JSON.stringify(host ?? "")}`);
  return "read";
}

function roleOfToken(authorization: string, tokens: readonly KnownToken[]): ApiRole {
  const [, token] = /^Bearer +([\x21-\x7e]+)$/i.exec(authorization) ?? [];
  let role: ApiRole | undefined;
  if (token !== undefined) {
    const hash = hashOf(token);
    // All of them, so that the time says nothing of which.
    for (const known of tokens) if (timingSafeEqual(known.hash, hash)) role = role === "admin" ? role : known.role;
  }
  if (role === undefined)
    throw new Problem(401, "this token is not known here", {}, { "www-authenticate": 'Bearer error="invalid_token"' });
  return role;
}
