import type { IncomingHttpHeaders } from "node:http";
import { BlockList, isIP } from "node:net";
import { z } from "zod";

/** A set of networks. */
export type Networks = { has(address: string): boolean };

/** How many entries of `X-Forwarded-For` are read, from its end. */
const HOPS_MAX = 32;
const BITS = { 4: 32, 6: 128 } as const;
const IPV4_MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;
const BRACKETED = /^\[([^\]]*)\](?::\d{1,5})?$/;
const IPV4_WITH_PORT = /^(\d+\.\d+\.\d+\.\d+):\d{1,5}$/;

/** `192.0.2.0/24`, `2001:db8::/32`, or one address. */
export const Network = z
  .string()
  .max(64)
  .refine((text) => parseNetwork(text) !== null, "expected an address or a network like 192.0.2.0/24 or 2001:db8::/32");

/** The set of these networks. Throws on a text that is none. */
export function networksOf(texts: readonly string[]): Networks {
  const list = new BlockList();
  for (const text of texts) {
    const network = parseNetwork(text);
    if (network === null) throw new Error(`${text} is no network`);
    list.addSubnet(network.address, network.bits, familyOf(network.address));
  }
  return { has: (address) => isIP(address) !== 0 && list.check(address, familyOf(address)) };
}

/**
 * The address that a request comes from: the peer's or, behind trusted proxies, the last entry of `X-Forwarded-For` that is
 * no trusted proxy. Null when it cannot be told: entries to the left of an invalid one may have been written by anybody.
 */
export function originOf(
  asking: { readonly ip: string | undefined; readonly headers: IncomingHttpHeaders },
  proxies: Networks | null,
): string | null {
  // The socket of a client that has left has no address.
  let origin = plainAddress(asking.ip ?? "");
  if (origin === null || proxies === null) return origin;
  const hops = String(asking.headers["x-forwarded-for"] ?? "")
    .split(",")
    .filter((hop) => hop.trim() !== "")
    .slice(-HOPS_MAX);
  while (origin !== null && proxies.has(origin)) {
    const before = hops.pop();
    if (before === undefined) return origin;
    origin = plainAddress(before);
  }
  return origin;
}

function parseNetwork(text: string): { address: string; bits: number } | null {
  const [address = "", prefix, ...rest] = text.split("/");
  const version = isIP(address);
  // An IPv4 network must be written as IPv4, because mapped addresses are compared as IPv4.
  if ((version !== 4 && version !== 6) || rest.length > 0 || IPV4_MAPPED.test(address) || address.includes("%"))
    return null;
  if (prefix === undefined) return { address, bits: BITS[version] };
  if (!/^\d{1,3}$/.test(prefix) || Number(prefix) > BITS[version]) return null;
  return { address, bits: Number(prefix) };
}

/** Without port, brackets and zone, and an IPv4 address as such; null for what is no address. */
function plainAddress(text: string): string | null {
  const trimmed = text.trim();
  const bare = BRACKETED.exec(trimmed)?.[1] ?? IPV4_WITH_PORT.exec(trimmed)?.[1] ?? trimmed;
  const [address = ""] = bare.split("%");
  const plain = IPV4_MAPPED.exec(address)?.[1] ?? address;
  return isIP(plain) === 0 ? null : plain;
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIP(address) === 6 ? "ipv6" : "ipv4";
}
