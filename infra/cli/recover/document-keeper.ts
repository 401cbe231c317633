import { namedDocuments, parseEnvelope, type ReadPath } from "@signalbox/tlog";
import type { Client } from "pg";
import { documentPath } from "../verify/document-path.ts";

/** Engines are programs; every other document that a decision names is JSON. */
const MEDIA_TYPES: Readonly<Record<string, string>> = { engine: "text/javascript" };

/** Keeps the documents that leaves name, from the copy that they were exported with. */
export class DocumentKeeper {
  readonly #client: Client;
  readonly #read: ReadPath;
  readonly #seen = new Set<string>();
  kept = 0;

  constructor(client: Client, read: ReadPath) {
    this.#client = client;
    this.#read = read;
  }

  async keepFor(leaf: Uint8Array): Promise<void> {
    const payload = Buffer.from(parseEnvelope(leaf)?.payload ?? "{}").toString("utf8");
    for (const { kind, digest } of namedDocuments(JSON.parse(payload) as Record<string, unknown>)) {
      if (this.#seen.has(digest)) continue;
      this.#seen.add(digest);
      const body = await this.#read(documentPath(digest));
      if (body === null) continue;
      const { rowCount } = await this.#client.query(
        "insert into document (digest, kind, media_type, body) values ($1, $2, $3, $4) on conflict do nothing",
        [digest, kind, MEDIA_TYPES[kind] ?? "application/json", Buffer.from(body)],
      );
      this.kept += rowCount ?? 0;
    }
  }
}
