import { type Operation, SignalboxError } from "@signalbox/proto";
import type { Principal } from "../keys/key-ring.ts";

/** Throws `forbidden` for a key that may not use the operation. */
export function requireOperation({ operations }: Principal, operation: Operation): void {
  if (operations === undefined || operations.has(operation)) return;
  throw new SignalboxError("forbidden", `The API key may not ask for ${operation}.`);
}
