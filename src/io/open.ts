import { openLinuxTransport } from "./linux/transport.ts";
import { openPortableTransport } from "./portable.ts";
import { type Transport, TransportError, type TransportOptions } from "./transport.ts";

/**
 * Opens the sockets: those of Linux where possible, else the portable ones, unless `kind` says which.
 * Rejects with a TransportError that says what to do.
 */
export async function openTransport(options: TransportOptions & { readonly kind?: "linux" | "portable" | undefined }): Promise<Transport> {
  if (options.kind === "portable") return openPortableTransport(options);
  try {
    return await openLinuxTransport(options);
  } catch (error) {
    const unavailable = error instanceof TransportError && error.code === "ENOSYS";
    if (unavailable && options.kind === undefined) return openPortableTransport(options);
    throw error;
  }
}
