import { createPublicKey, type KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { STAGES } from "@signalbox/proto";
import { formatVkey, producerKeyId, type Producer } from "@signalbox/tlog";

/** The log's own key, beside the producers'. */
const LOG_KEY_FILE = "log.pem";

/** The services' public keys by key id, from `<service>.pem` (the public or the private half) in a folder. */
export function readProducers(folder: string): Map<string, Producer> {
  const producers = new Map<string, Producer>();
  for (const service of STAGES) {
    const key = readPublicKey(join(folder, `${service}.pem`));
    if (key !== null) producers.set(producerKeyId(key), { service, key });
  }
  return producers;
}

/** The verifier key of the log with this origin, from `log.pem` in a folder; null when there is none. */
export function readLogVkey(folder: string, origin: string): string | null {
  const key = readPublicKey(join(folder, LOG_KEY_FILE));
  return key === null ? null : formatVkey(origin, key);
}

function readPublicKey(file: string): KeyObject | null {
  try {
    const key = createPublicKey(readFileSync(file, "utf8"));
    return key.asymmetricKeyType === "ed25519" ? key : null;
  } catch {
    return null;
  }
}
