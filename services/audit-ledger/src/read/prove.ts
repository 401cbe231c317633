import { setTimeout as sleep } from "node:timers/promises";
import type { handleUnaryCall } from "@grpc/grpc-js";
import { SignalboxError, Uuid } from "@signalbox/proto";
import type { LedgerProof, LedgerProveRequest } from "@signalbox/proto/grpc/ledger";
import {
  formatLogProof,
  formatReceipt,
  inclusionRanges,
  levelWidth,
  namedDocuments,
  parseEnvelope,
  TILE_WIDTH,
  type NamedDocument,
  type ProvenEntry,
  type TileTree,
} from "@signalbox/tlog";
import { sql, type Kysely } from "kysely";
import type { Database } from "../database.ts";
import type { LogFiles } from "./files/log-files.ts";
import type { Covering } from "./files/tree-edge.ts";
import type { ProvenLeaf } from "./proven-leaves.ts";
import type { ReadContext } from "./read-context.ts";
import { scopeOf, type Scope } from "./scope.ts";
import { serveUnary } from "./serve-call.ts";

/** A leaf is covered by a checkpoint within a second of its commit; what is not by then is worth a second try. */
const COVER_TIMEOUT_MS = 3_000;
const COVER_POLL_MS = 50;

/** `Ledger.Prove`: that an event, or a decision with its outcome, stands in the log. */
export function createProve(context: ReadContext): handleUnaryCall<LedgerProveRequest, LedgerProof> {
  return serveUnary(context.log, async (call) => {
    return prove({ context, scope: scopeOf(call) }, call.request);
  });
}

/**
 * Throws `invalid-request`, `not-found` for what is out of scope as well, and `stage-unavailable` while no checkpoint
 * covers it.
 */
export async function prove(asked: Asked, { id, eventId }: LedgerProveRequest): Promise<LedgerProof> {
  if (![id, eventId].every((one) => one === "" || Uuid.safeParse(one).success) || (id === "") === (eventId === "")) {
    throw new SignalboxError("invalid-request", "Give one id, a UUID in lower case.", { details: { param: "id" } });
  }
  return eventId === "" ? proveDecision(asked, id) : proveEvent(asked, eventId);
}

type Asked = { readonly context: ReadContext; readonly scope: Scope };

async function proveEvent({ context, scope }: Asked, eventId: string): Promise<LedgerProof> {
  const { files, proven } = context;
  files.expectCovering();
  const row = await proven.ofEvent(scope, eventId);
  if (row === undefined) throw new SignalboxError("not-found", "The register holds no such event.");
  const { checkpoint, tree } = await coveringTree(files, row.index);
  const { index, hashes } = await proveLeaf(tree, row);
  const proof = formatLogProof({ index, hashes, checkpoint: checkpoint.note, extra: null });
  return { proof, size: BigInt(checkpoint.size), leaf: row.leaf };
}

async function proveDecision({ context, scope }: Asked, id: string): Promise<LedgerProof> {
  const { db, files, proven } = context;
  files.expectCovering();
  const rows = await proven.ofRequest(scope, id);
  const outcome = rows.find(({ type }) => type === "outcome");
  const wanted = rows.some(({ decisionId }) => decisionId === id) ? id : outcome?.decisionId;
  const decisions = rows.filter(({ type }) => type === "decision");
  const decision = decisions.find(({ decisionId }) => decisionId === wanted) ?? decisions.at(-1);
  if (decision === undefined) throw new SignalboxError("not-found", "The register holds no such decision or request.");
  const { checkpoint, tree } = await coveringTree(files, (outcome ?? decision).index);
  const [documents, producers] = await Promise.all([documentsOf(db, decision), files.producerVkeys()]);
  const proof = formatReceipt({
    checkpoint: checkpoint.note,
    decision: await proveLeaf(tree, decision),
    outcome: outcome === undefined ? null : await proveLeaf(tree, outcome),
    documents,
    producers,
  });
  return { proof, size: BigInt(checkpoint.size), leaf: decision.leaf };
}

async function coveringTree(files: LogFiles, index: number): Promise<Covering> {
  const deadlineMs = performance.now() + COVER_TIMEOUT_MS;
  while (performance.now() < deadlineMs) {
    const covering = await files.covering(index);
    if (covering !== null) return covering;
    await sleep(COVER_POLL_MS);
  }
  const checkpoint = await files.fallback();
  if (checkpoint !== null && checkpoint.size > index) return { checkpoint, tree: await files.tree(checkpoint.size) };
  throw new SignalboxError("stage-unavailable", "No checkpoint covers it yet. Try again in a moment.");
}

/** Of a leaf in a full tile the siblings are at hand, and the tree is read for what lies above the tile alone. */
async function proveLeaf(tree: TileTree, { index, leaf, siblings }: ProvenLeaf): Promise<ProvenEntry> {
  const isFull = Math.floor(index / TILE_WIDTH) < levelWidth(tree.size, 1);
  if (siblings === null || !isFull) return { index, hashes: await tree.inclusionProof(index), entry: leaf };
  const above = inclusionRanges(index, tree.size).slice(siblings.length);
  const hashes = [...siblings, ...(await Promise.all(above.map((range) => tree.rangeRoot(range))))];
  return { index, hashes, entry: leaf };
}

async function documentsOf(db: Kysely<Database>, { leaf }: ProvenLeaf): Promise<NamedDocument[]> {
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
