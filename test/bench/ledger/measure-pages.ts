import { setTimeout as sleep } from "node:timers/promises";
import { LedgerQueryRequest, type LedgerQueryResponse } from "@signalbox/proto/grpc/ledger";
import { percentile } from "../percentile.ts";
import type { BenchLedger } from "./bench-ledger.ts";
import { openLedgerClient } from "./ledger-client.ts";
import { SYNTHETIC_START_MS, SYNTHETIC_STEP_MS } from "./synthetic-log.ts";

const PAGE_RECORDS = 50;
const PAGES_MAX = 20;
const DESCRIBED_LIMIT_MS = 900_000;

type PageTimes = {
  readonly query: string;
  readonly pages: number;
  readonly records: number;
  readonly p50Ms: number;
  readonly worstMs: number;
};

const NOTHING_ASKED = LedgerQueryRequest.fromPartial({ limit: PAGE_RECORDS });

/** What is asked of the synthetic log: each field alone, frequent and rare, and some together. */
function queriesOf(leaves: number): Record<string, Partial<LedgerQueryRequest>> {
  const at = (share: number): bigint => BigInt(SYNTHETIC_START_MS + Math.floor(leaves * share) * SYNTHETIC_STEP_MS);
  return {
    "the newest": {},
    "from the middle down": { beforeIndex: BigInt(Math.floor(leaves / 2)) },
    "time: an hour long ago": { fromMs: at(0.2), toMs: at(0.2) + 3_600_000n },
    tenant: { tenant: "tenant-42" },
    "key (1 in 1,000)": { keyId: "key-421" },
    "model (1 in 40)": { model: "model-7" },
    provider: { provider: "provider-7" },
    "kind: refuse": { kind: "refuse" },
    "tag (1 in 1,000)": { tag: "tag-9" },
    "tag (1 in 1,000,000)": { tag: "tag-rare" },
    "cost ≥ $0.50 (1 in 20)": { minCostPicoUsd: "500000000000" },
    "cost ≥ $0.99 (1 in 1,000)": { minCostPicoUsd: "990000000000" },
    "cost: within a hundredth of a cent": { minCostPicoUsd: "123400000000", maxCostPicoUsd: "123500000000" },
    "reason: a common word": { reason: "cheapest" },
    "reason: words of a refusal": { reason: "project 2 may not" },
    "reason (1 in 500,000)": { reason: "only one left" },
    "reason that nobody gave": { reason: "unheard" },
    "key that nobody has": { keyId: "key-none" },
    "tenant, model and kind": { tenant: "tenant-42", model: "model-7", kind: "refuse" },
    "key, tag and cost": { keyId: "key-420", tag: "tag-84", minCostPicoUsd: "100000000000" },
    "key in a week long ago": { keyId: "key-421", fromMs: at(0.1), toMs: at(0.3) },
  };
}

/** Reads the first pages of each query, one after the other, as a reader does who goes on. */
export async function measurePages(ledger: BenchLedger, leaves: number): Promise<PageTimes[]> {
  using opened = openLedgerClient(ledger);
  const { client, metadata } = opened;
  const ask = (request: LedgerQueryRequest): Promise<LedgerQueryResponse> => {
    return new Promise((resolve, reject) => {
      client.query(request, metadata, (error, answer) => (error === null ? resolve(answer) : reject(error)));
    });
  };
  const found: PageTimes[] = [];
  for (const [query, asked] of Object.entries(queriesOf(leaves))) {
    found.push({ query, ...(await readPages(ask, { ...NOTHING_ASKED, ...asked })) });
  }
  return found;
}

async function readPages(
  ask: (request: LedgerQueryRequest) => Promise<LedgerQueryResponse>,
  first: LedgerQueryRequest,
): Promise<Omit<PageTimes, "query">> {
  const tookMs: number[] = [];
  let records = 0;
  let request = first;
  while (tookMs.length < PAGES_MAX) {
    const startedAtMs = performance.now();
    const page = await ask(request);
    tookMs.push(performance.now() - startedAtMs);
    records += page.records.length;
    if (page.nextBeforeIndex === 0n) break;
    request = { ...request, beforeIndex: page.nextBeforeIndex };
  }
  return {
    pages: tookMs.length,
    records,
    p50Ms: percentile(tookMs, 0.5),
    worstMs: Math.max(...tookMs),
  };
}

/** Waits until every whole block of leaves is described; returns the seconds that it took. */
export async function waitUntilDescribed({ owner }: BenchLedger): Promise<number> {
  const startedAtMs = performance.now();
  for (;;) {
    const { rows } = await owner.query<{ missing: string }>(
      "select size / 1024 - (select coalesce(max(n) + 1, 0) from ledger_block) as missing from ledger_head",
    );
    if (Number(rows[0]?.missing) <= 0) break;
    if (performance.now() > startedAtMs + DESCRIBED_LIMIT_MS) throw new Error("blocks are described too slowly");
    await sleep(250);
  }
  await owner.query("analyze ledger_block");
  return (performance.now() - startedAtMs) / 1_000;
}
