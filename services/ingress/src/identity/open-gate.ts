import type { Logger } from "@signalbox/kit";
import type { Config } from "../config.ts";
import type { Gate } from "../http/authenticate.ts";
import type { KeyRing } from "../keys/key-ring.ts";
import { networksOf } from "./origin.ts";

/** Opens the gate as it is configured, and follows the keys of token issuers if there are any. */
export async function openGate(
  { issuers, jwks, trustedProxies }: Config["identity"],
  { keys, log }: { keys: KeyRing; log: Logger },
): Promise<Gate & Disposable> {
  const proxies = trustedProxies.length === 0 ? null : networksOf(trustedProxies);
  if (issuers.length === 0) return { keys, tokens: null, proxies, [Symbol.dispose]: () => {} };
  // A line without issuers does not load the code that verifies tokens.
  const { openTokenGate } = await import("./open-token-gate.ts");
  const tokens = openTokenGate({ issuers, jwks, keys, log });
  return { keys, tokens, proxies, [Symbol.dispose]: () => tokens[Symbol.dispose]() };
}
