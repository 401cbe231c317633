import { setTimeout as sleep } from "node:timers/promises";
import { catalogue, decisionInput, documents, endpoint, priced } from "@signalbox/decision/fixtures/documents";
import { encodeAuditMessage, loadEngine, uuidv7, type EngineDocuments } from "@signalbox/kit";
import { eventSubject, ReplayJob, type DecisionInput, type ReplayOrder } from "@signalbox/proto";
import type { LedgerReplayJob } from "@signalbox/proto/grpc/ledger";
import { canonicalize, sha256Digest } from "@signalbox/tlog";
import { bundleEngine } from "../../../services/policy/src/bundle-engine.ts";
import { decisionEvent, outcomeEvent, type DecisionParts, type SignedEvent } from "../../flow/ledger-events.ts";
import type { BenchLedger } from "./bench-ledger.ts";
import { openLedgerClient } from "./ledger-client.ts";
import { cpuTimes, cpuUsEach } from "./process-costs.ts";

const ENDPOINTS = 24;
/** Decisions that differ; each is recorded many times over, under ids of its own. */
const INPUTS = 256;
const MESSAGE_DECISIONS = 128;
const LIMIT_MS = 120_000;
const POLL_MS = 50;

/** The first round starts the threads and warms their compilers up. */
const ROUNDS = 5;

export type ReplaySpeeds = {
  /** Of the first round, and of the fastest. */
  readonly coldPerSecond: number;
  readonly perSecond: number;
  /** Microseconds of CPU for each decision by process, in the fastest round. */
  readonly cpuUs: ReadonlyMap<string, number>;
};

/**
 * Records decisions of the present engine over a catalogue of 24 endpoints, and has the ledger verify all of them,
 * round after round.
 */
export async function measureReplays(ledger: BenchLedger, count: number): Promise<ReplaySpeeds> {
  const made = decisions(await keepDocuments(ledger));
  const fromIndex = await sizeOf(ledger);
  for (let sent = 0; sent < count; sent += MESSAGE_DECISIONS) {
    const parts = Array.from({ length: Math.min(MESSAGE_DECISIONS, count - sent) }, (_, at) => made(sent + at));
    await publish(ledger, ledger.policy.sign(parts.map(decisionEvent)));
    // A request that does not end would be ended by the ledger, in the middle of what is measured.
    await publish(ledger, ledger.dispatcher.sign(parts.map(outcomeEvent)));
  }
  while ((await sizeOf(ledger)) < fromIndex + 2 * count) await sleep(POLL_MS);
  const toIndex = fromIndex + 2 * count;
  const order = { kind: "verify", fromIndex, toIndex, fromMs: null, toMs: null, policy: null } as const;
  const rounds: { perSecond: number; cpuUs: Map<string, number> }[] = [];
  while (rounds.length < ROUNDS) {
    const before = cpuTimes();
    const job = await runJob(ledger, order);
    if (job.identical !== count) {
      const { state, error, replayed, different, failed } = job;
      const counts = JSON.stringify({ state, error, replayed, different, failed });
      throw new Error(`${job.identical} of ${count} decisions came out as recorded: ${counts}`);
    }
    const perSecond = count / ((job.updatedAtMs - job.createdAtMs) / 1_000);
    rounds.push({ perSecond, cpuUs: cpuUsEach(before, cpuTimes(), count) });
  }
  const [cold] = rounds;
  const [fastest] = rounds.toSorted((a, b) => b.perSecond - a.perSecond);
  if (cold === undefined || fastest === undefined) throw new Error("nothing was replayed");
  return { ...fastest, coldPerSecond: cold.perSecond };
}

async function publish({ nats }: BenchLedger, events: readonly SignedEvent[]): Promise<void> {
  const [first] = events;
  if (first === undefined) return;
  const payload = encodeAuditMessage(events.map(({ envelope }) => ({ envelope, labels: null })));
  await nats.request(eventSubject(first.type, first.tenant), payload, { timeout: LIMIT_MS });
}

type Kept = { readonly engine: string; readonly texts: EngineDocuments; readonly names: DecisionInput["documents"] };

async function keepDocuments({ owner }: BenchLedger): Promise<Kept> {
  const endpoints = Array.from({ length: ENDPOINTS }, (_, at) => {
    return endpoint(`provider-${at % 4}/model-${at}`, {
      price: priced(500_000 + at * 100_000, 2_000_000 + at * 400_000),
    });
  });
  const { policy, health } = documents(endpoints);
  const engine = bundleEngine();
  const texts = {
    policy: canonicalize(policy),
    catalogue: canonicalize(catalogue(endpoints)),
    health: canonicalize(health),
  };
  for (const [kind, text] of Object.entries({ engine, ...texts })) {
    await owner.query(
      "insert into document (digest, kind, media_type, body) values ($1, $2, 'application/json', $3) on conflict do nothing",
      [sha256Digest(text), kind, Buffer.from(text)],
    );
  }
  const names = {
    engine: sha256Digest(engine),
    policy: sha256Digest(texts.policy),
    catalogue: sha256Digest(texts.catalogue),
    health: sha256Digest(texts.health),
  };
  return { engine, texts, names };
}

/** What the decision at a place of the load is. */
function decisions({ engine: source, texts, names }: Kept): (at: number) => DecisionParts {
  const engine = loadEngine(source);
  const known = Array.from({ length: INPUTS }, (_, at) => {
    const classification = { difficulty: at * 3_900, inputTokens: 100 + at * 7 };
    const input = decisionInput({ classification, documents: names, facts: { keyId: "key-1", model: "auto" } });
    return { input, decision: engine.decide(input, texts) };
  });
  return (at) => {
    const { input, decision } = known[at % INPUTS] as (typeof known)[number];
    // The recorded facts bear the request's own id, as the contract asks; nothing is decided by it.
    return { requestId: uuidv7(), decisionId: uuidv7(), input, decision };
  };
}

async function runJob(ledger: BenchLedger, order: ReplayOrder): Promise<ReplayJob> {
  using opened = openLedgerClient(ledger);
  const { client, metadata } = opened;
  const { id } = await answer((settle) => {
    client.startReplay({ tenant: "", orderJson: JSON.stringify(order) }, metadata, settle);
  });
  for (;;) {
    const job = await answer((settle) => {
      client.getReplay({ tenant: "", id }, metadata, settle);
    });
    if (job.state !== "running") return job;
    await sleep(POLL_MS);
  }
}

type Settle = (error: Error | null, answer: LedgerReplayJob) => void;

function answer(ask: (settle: Settle) => void): Promise<ReplayJob> {
  return new Promise((resolve, reject) => {
    ask((error, found) => (error === null ? resolve(ReplayJob.parse(JSON.parse(found.jobJson))) : reject(error)));
  });
}

async function sizeOf({ owner }: BenchLedger): Promise<number> {
  const { rows } = await owner.query<{ size: string }>("select size from ledger_head");
  return Number(rows[0]?.size);
}
