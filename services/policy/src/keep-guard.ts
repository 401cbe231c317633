import { readFile } from "node:fs/promises";
import { parseConfig } from "@signalbox/kit";
import { GuardDocument } from "@signalbox/proto";
import { canonicalize } from "@signalbox/tlog";
import type { Kysely } from "kysely";
import { type Database, keepDocument } from "./stored-documents.ts";

/** Keeps the guardrails document, because the facts of requests name it by its digest. No decision reads it. */
export async function keepGuard(db: Kysely<Database>, path: string | null): Promise<void> {
  if (path === null) return;
  const document = parseConfig(GuardDocument, await readFile(path, "utf8"), path);
  await keepDocument(db, { kind: "guard", text: canonicalize(document) });
}
