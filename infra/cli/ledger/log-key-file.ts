import type { KeyObject } from "node:crypto";
import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { formatVkey, readPemKeys } from "@signalbox/tlog";
import { writeSecretFile } from "../../home/secret-file.ts";

/** The log's keys in an installation's folder of signing keys. */
export class LogKeyFile {
  readonly path: string;
  readonly #retired: string;

  constructor(folder: string) {
    this.path = join(folder, "log.pem");
    this.#retired = join(folder, "log.retired");
  }

  /** The private keys: one, or while a rotation is under way the outgoing one and the new one. */
  read(): KeyObject[] {
    return readPemKeys(readFileSync(this.path, "utf8")).filter(({ type }) => type === "private");
  }

  /** Replaces the keys in one step: a reader sees the old ones or these, never a part. */
  write(keys: readonly KeyObject[]): void {
    writeSecretFile(this.path, keys.map((key) => key.export({ type: "pkcs8", format: "pem" })).join(""));
  }

  /** Remembers the verifier key of a retired key, by which older checkpoints are still verified. */
  remember(vkey: string): void {
    if (!this.retired().includes(vkey)) appendFileSync(this.#retired, `${vkey}\n`, { mode: 0o600 });
  }

  /** The verifier keys that were retired here. */
  retired(): string[] {
    try {
      return readFileSync(this.#retired, "utf8").split("\n").filter(Boolean);
    } catch {
      return [];
    }
  }

  /** All verifier keys that this installation's log has or had; none when there is no key. */
  vkeys(origin: string): string[] {
    try {
      return [...this.retired(), ...this.read().map((key) => formatVkey(origin, key))];
    } catch {
      return this.retired();
    }
  }
}
