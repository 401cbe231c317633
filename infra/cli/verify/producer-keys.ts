import { createPublicKey, type KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { STAGES } from "@signalbox/proto";
import { formatVkey, parseVkey, producerKeyId, readPemKeys, verifyNote, type Producer } from "@signalbox/tlog";

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

/**
 * The verifier key that signed this checkpoint, from `log.pem` in a folder; the first of that file when none did, and null when there
 * is none. Of the checkpoint its first line is enough where the file holds one key.
 */
export function readLogVkey(folder: string, checkpoint: string): string | null {
  const vkeys = readLogVkeys(folder, checkpoint.split("\n")[0] ?? "");
  const signer = vkeys.find((vkey) => {
    const parsed = parseVkey(vkey);
    return parsed.ok && verifyNote(checkpoint, [parsed.verifier]).ok;
  });
  return signer ?? vkeys[0] ?? null;
}

/** One key, or while a rotation is under way two: the outgoing one stays in the file until the log has retired it. */
function readLogVkeys(folder: string, origin: string): string[] {
  try {
    return readPemKeys(readFileSync(join(folder, LOG_KEY_FILE), "utf8")).map((key) => formatVkey(origin, key));
  } catch {
    return [];
  }
}

function readPublicKey(file: string): KeyObject | null {
  try {
    const key = createPublicKey(readFileSync(file, "utf8"));
    return key.asymmetricKeyType === "ed25519" ? key : null;
  } catch {
    return null;
  }
}
