import { setTimeout as sleep } from "node:timers/promises";
import type { handleUnaryCall } from "@grpc/grpc-js";
import { SignalboxError, Uuid } from "@signalbox/proto";
import type { LedgerProof, LedgerProveRequest } from "@signalbox/proto/grpc/ledger";
import {
  formatLogProof,
  formatReceipt,
  namedDocuments,
  parseEnvelope,
  type NamedDocument,
  type ProvenEntry,
  type TileTree,
} from "@signalbox/tlog";
import { sql, type Kysely } from "kysely";
import type { Database } from "../database.ts";
import type { LogFiles } from "./files/log-files.ts";
import type { SignedCheckpoint } from "./files/publication.ts";
import { leavesOfId, type LeafRow } from "./leaf-rows.ts";
import type { ReadContext } from "./read-context.ts";
import { scopeOf, type Scope } from "./scope.ts";
import { serveUnary } from "./serve-call.ts";

/** A leaf is covered by a checkpoint within a second of its commit; what is not by then is worth a second try. */
const COVER_TIMEOUT_MS = 3_000;
const COVER_POLL_MS = 50;

/** `Ledger.Prove`: that an event, or a decision with its outcome, stands in the log. */
export function createProve(context: ReadContext): handleUnaryCall<LedgerProveRequest, LedgerProof> {
  return serveUnary(context.log, async (call) => {
    const scope = scopeOf(call, context.callers);
    const { id, eventId } = call.request;
    if (![id, eventId].every((one) => one === "" || Uuid.safeParse(one).success) || (id === "") === (eventId === "")) {
      throw new SignalboxError("invalid-request", "Give one id, a UUID in lower case.", { details: { param: "id" } });
    }
    const asked = { db: context.db, files: context.files, scope };
    return eventId === "" ? proveDecision(asked, id) : proveEvent(asked, eventId);
  });
}

type Asked = { readonly db: Kysely<Database>; readonly files: LogFiles; readonly scope: Scope };

async function proveEvent({ db, files, scope }: Asked, eventId: string): Promise<LedgerProof> {
  const row = await provenLeaf(db, scope, eventId);
  if (row === undefined) throw new SignalboxError("not-found", "The register holds no such event.");
  const { checkpoint, tree } = await coveringTree(files, Number(row.idx));
  const { index, hashes } = await prove(tree, row);
  const proof = formatLogProof({ index, hashes, checkpoint: checkpoint.note, extra: null });
  return { proof, size: BigInt(checkpoint.size), leaf: row.leaf };
}

async function provenLeaf(
  db: Kysely<Database>,
  { tenant }: Scope,
  eventId: string,
): Promise<Pick<LeafRow, "idx" | "leaf"> | undefined> {
  const { rows } = await sql<Pick<LeafRow, "idx" | "leaf">>`
    select leaf.idx, leaf.leaf from ledger_event as event join ledger_leaf as leaf on leaf.idx = event.idx
    where event.event_id = ${eventId} and (${tenant}::text is null or leaf.tenant = ${tenant})`.execute(db);
  return rows[0];
}

async function proveDecision({ db, files, scope }: Asked, id: string): Promise<LedgerProof> {
  const { leaves: rows } = await leavesOfId(db, scope, id);
  const outcome = rows.find(({ type }) => type === "outcome");
  const wanted = rows.some((row) => row.decision_id === id) ? id : outcome?.decision_id;
  const decisions = rows.filter(({ type }) => type === "decision");
  const decision = decisions.find((row) => row.decision_id === wanted) ?? decisions.at(-1);
  if (decision === undefined) throw new SignalboxError("not-found", "The register holds no such decision or request.");
  const { checkpoint, tree } = await coveringTree(files, Number((outcome ?? decision).idx));
  const [documents, producers] = await Promise.all([documentsOf(db, decision), files.producerVkeys()]);
  const proof = formatReceipt({
    checkpoint: checkpoint.note,
    decision: await prove(tree, decision),
    outcome: outcome === undefined ? null : await prove(tree, outcome),
    documents,
    producers,
  });
  return { proof, size: BigInt(checkpoint.size), leaf: decision.leaf };
}

async function coveringTree(
  files: LogFiles,
  index: number,
): Promise<{ readonly checkpoint: SignedCheckpoint; readonly tree: TileTree }> {
  const deadlineMs = performance.now() + COVER_TIMEOUT_MS;
  for (;;) {
    const isLate = performance.now() > deadlineMs;
    const checkpoint = isLate ? await files.fallback() : await files.checkpoint();
    if (checkpoint !== null && checkpoint.size > index) {
      return { checkpoint, tree: await files.tree(checkpoint.size) };
    }
    if (isLate) throw new SignalboxError("stage-unavailable", "No checkpoint covers it yet. Try again in a moment.");
    await sleep(COVER_POLL_MS);
  }
}

async function prove(tree: TileTree, row: Pick<LeafRow, "idx" | "leaf">): Promise<ProvenEntry> {
  const index = Number(row.idx);
  return { index, hashes: await tree.inclusionProof(index), entry: row.leaf };
}

async function documentsOf(db: Kysely<Database>, { leaf }: LeafRow): Promise<NamedDocument[]> {
  const payload = Buffer.from(parseEnvelope(leaf)?.payload ?? []).toString("utf8");
  const names = namedDocuments(JSON.parse(payload) as Record<string, unknown>);
  if (names.length === 0) return [];
  const rows = await db
    .selectFrom("document")
    .select(["digest", "media_type", sql<number>`length(body)`.as("bytes")])
    .where(
      "digest",
      "in",
      names.map(({ digest }) => digest),
    )
    .execute();
  const known = new Map(rows.map((row) => [row.digest, row]));
  return names.map(({ kind, digest }) => {
    const row = known.get(digest);
    return { kind, digest, mediaType: row?.media_type ?? null, bytes: row?.bytes ?? null };
  });
}
