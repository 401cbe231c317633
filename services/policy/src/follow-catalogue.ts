import { stat } from "node:fs/promises";
import { plainInput } from "@signalbox/decision";
import { repeatWork, type Engine, type Logger } from "@signalbox/kit";
import type { Catalogue } from "@signalbox/proto";
import { canonicalize } from "@signalbox/tlog";
import type { Kysely } from "kysely";
import type { DecisionDocuments } from "./decision-documents.ts";
import { type Database, keepDocument } from "./stored-documents.ts";
import { readCatalogue } from "./read-documents.ts";

type FollowCatalogueOptions = {
  readonly path: string;
  readonly db: Kysely<Database>;
  readonly documents: DecisionDocuments;
  readonly engine: Engine;
  readonly log: Logger;
  readonly pollMs: number;
  readonly onTaken: (catalogue: Catalogue, digest: string) => void;
};

/** Puts the catalogue's file in force whenever it has changed. A file that cannot be used changes nothing, and is logged once. */
export function followCatalogue(options: FollowCatalogueOptions): AsyncDisposable {
  const { path, log, pollMs } = options;
  let seenMs: number | null = null;
  let told = "";

  async function look(): Promise<void> {
    const { mtimeMs } = await stat(path);
    if (mtimeMs === seenMs) return;
    await take(options);
    seenMs = mtimeMs;
    told = "";
  }

  /** The file may have been read while it was being written, so the next look reads it again. */
  function tell(error: unknown): void {
    const problem = error instanceof Error ? error.message : String(error);
    if (problem !== told) log.error({ problem }, "the changed catalogue cannot be put in force; the last one stays");
    told = problem;
  }

  return repeatWork({ everyMs: pollMs, work: look, onFailure: tell });
}

async function take({ path, db, documents, engine, log, onTaken }: FollowCatalogueOptions): Promise<void> {
  const catalogue = await readCatalogue(path);
  const text = canonicalize(catalogue);
  if (text === documents.texts.catalogue) return;
  const kept = await keepDocument(db, { kind: "catalogue", text });
  // A decision without a request: it makes the engine load the catalogue before a request would wait for that.
  const names = { ...documents.names, catalogue: kept.digest };
  engine.decide({ ...plainInput({}), documents: names }, { ...documents.texts, catalogue: text });
  documents.replaceCatalogue(catalogue, kept);
  log.info({ catalogue: kept.digest, endpoints: catalogue.endpoints.length }, "the catalogue is in force");
  onTaken(catalogue, kept.digest);
}
