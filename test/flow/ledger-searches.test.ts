import { once } from "node:events";
import { status, type ServiceError } from "@grpc/grpc-js";
import { uuidv7 } from "@signalbox/kit";
import { LedgerQueryRequest, type LedgerEntry, type LedgerQueryResponse } from "@signalbox/proto/grpc/ledger";
import type { OutcomeEvent } from "@signalbox/proto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DECISION, decisionEvent, INPUT, outcomeEvent, type DecisionParts, type SignedEvent } from "./ledger-events.ts";
import { as, startLedgerRig, until, type Ledger, type LedgerRig } from "./ledger-rig.ts";

const BLOCK_LEAVES = 1_024;
const RARE_TAG = `hmac-sha256:${"a".repeat(64)}`;
const OTHER_TAG = `hmac-sha256:${"b".repeat(64)}`;

let rig: LedgerRig;
let ledger: Ledger;
beforeAll(async () => {
  rig = await startLedgerRig();
  ledger = await rig.start();
});
afterAll(() => rig[Symbol.asyncDispose]());

function ask(request: Partial<LedgerQueryRequest>): Promise<LedgerQueryResponse> {
  const whole = LedgerQueryRequest.fromPartial({ tenant: "default", ...request });
  return new Promise((resolve, reject) => {
    ledger.client.query(whole, as("ingress"), (error, page) => (error === null ? resolve(page) : reject(error)));
  });
}

function codeOf(asked: Partial<LedgerQueryRequest>): Promise<unknown> {
  return ask(asked).then(
    () => "answered",
    (error: ServiceError) => error.code,
  );
}

/** All decisions that a query finds, over all of its pages, which from the other end hold the same. */
async function found(request: Partial<LedgerQueryRequest>): Promise<string[]> {
  const newest = await pagesOf(request, ({ nextBeforeIndex }) => ({ beforeIndex: nextBeforeIndex }));
  const oldest = await pagesOf({ ...request, oldestFirst: true }, ({ nextFromIndex }) => ({
    fromIndex: nextFromIndex,
  }));
  expect(oldest).toEqual(newest.toReversed());
  return newest;
}

async function pagesOf(
  request: Partial<LedgerQueryRequest>,
  nextOf: (page: LedgerQueryResponse) => Partial<LedgerQueryRequest>,
): Promise<string[]> {
  const ids: string[] = [];
  for (let place: Partial<LedgerQueryRequest> = {}; ;) {
    const page = await ask({ limit: 2, ...request, ...place });
    ids.push(...page.records.map(({ decision }) => decision?.decisionId ?? ""));
    place = nextOf(page);
    if (Object.values(place).every((index) => index === 0n)) return ids;
  }
}

type Recorded = Partial<DecisionParts> & { readonly cost?: string; readonly answered?: string };

/** Puts a decision into the queue; its outcome too when it has a cost. */
async function record(...all: Recorded[]): Promise<string[]> {
  const parts = all.map((one) => ({ ...one, requestId: uuidv7(), decisionId: uuidv7() }));
  const decisions = rig.policy.sign(parts.map(decisionEvent));
  await rig.enqueue(decisions);
  const ended = parts.filter(({ cost }) => cost !== undefined);
  if (ended.length > 0) await rig.enqueue(rig.dispatcher.sign(ended.map(endOf)));
  return parts.map(({ decisionId }) => decisionId);
}

/** As many plain decisions as a block has leaves, in messages of a size that the queue takes. */
async function fillBlock(): Promise<void> {
  for (let sent = 0; sent < BLOCK_LEAVES; sent += 128) {
    await record(...Array.from({ length: 128 }, () => ({})));
  }
}

function endOf(parts: Recorded & { requestId: string; decisionId: string }): ReturnType<typeof outcomeEvent> {
  const { requestId, decisionId, cost, answered } = parts;
  const outcome = outcomeEvent({ requestId, decisionId, endpoint: answered ?? "simulator/small" });
  const event: Pick<OutcomeEvent, "costPicoUsd"> = { costPicoUsd: cost ?? null };
  return { ...outcome, event: { ...outcome.event, ...event } };
}

function tagged(...tags: string[]): Recorded {
  return { input: { ...INPUT, facts: { ...INPUT.facts, labels: { ...INPUT.facts.labels, tags } } } };
}

function refused(message: string): Recorded {
  const action = { kind: "refuse", code: "policy-refused", message } as const;
  return { decision: { ...DECISION, action, reason: "policy-refused" } };
}

/** What every query must find, wherever the decisions stand. */
async function expectFound(ids: readonly string[], late: string): Promise<void> {
  const [rare, both, refusal, dear, cheap, fallback] = ids as [string, string, string, string, string, string];
  expect(await found({ tag: RARE_TAG })).toEqual([both, rare]);
  expect(await found({ tag: OTHER_TAG })).toEqual([both]);
  expect(await found({ reason: "may not use" })).toEqual([refusal]);
  expect(await found({ reason: "Project POLICY" })).toEqual([refusal]);
  expect(await found({ reason: "project unheard" })).toEqual([]);
  expect(await found({ kind: "refuse", reason: "policy-refused" })).toEqual([refusal]);
  expect(await found({ minCostPicoUsd: "5000000000000" })).toEqual([late, dear]);
  expect(await found({ minCostPicoUsd: "5000000000000", maxCostPicoUsd: "5999999999999" })).toEqual([dear]);
  expect(await found({ maxCostPicoUsd: "17" })).toEqual([cheap]);
  expect(await found({ model: "nano", provider: "other" })).toEqual([late, fallback]);
  expect(await found({ model: "nano", minCostPicoUsd: "5000000000000" })).toEqual([late]);
  expect(await found({ tag: RARE_TAG, kind: "refuse" })).toEqual([]);
}

test("decisions are found by tag, reason, cost and who answered, in leaves that were described and in those after them", async () => {
  const ids = await record(
    tagged(RARE_TAG),
    tagged(OTHER_TAG, RARE_TAG),
    refused("project seven may not use this model"),
    { cost: "5000000000000" },
    { cost: "17" },
    { cost: "1000", answered: "other/nano" },
  );
  const open = { requestId: uuidv7(), decisionId: uuidv7() };
  await rig.enqueue(rig.policy.sign([decisionEvent(open)]));
  await rig.leaves(10);
  const outcome = endOf({ ...open, cost: "7000000000000", answered: "other/nano" });
  await fillBlock();
  await until(async () => (await rig.owner.query("select from ledger_block where n = 0")).rowCount || undefined);
  // The outcome stands in the next block, which is not full: the first one's description says nothing of it.
  const [late] = rig.dispatcher.sign([outcome]) as [SignedEvent];
  await rig.enqueue([late]);
  expect(await rig.receipt(late.eventId)).toMatchObject({ status: "committed" });
  await expectFound(ids, open.decisionId);

  await fillBlock();
  await until(async () => (await rig.owner.query("select from ledger_block where n = 1")).rowCount || undefined);
  await expectFound(ids, open.decisionId);
});

test("a query without a word to look for, or with what is no cost, is refused", async () => {
  expect(await codeOf({ reason: "--" })).toBe(status.INVALID_ARGUMENT);
  expect(await codeOf({ minCostPicoUsd: "1.5" })).toBe(status.INVALID_ARGUMENT);
  for (const field of ["model", "provider", "keyId", "tag", "reason"] as const) {
    expect(await codeOf({ [field]: "a\0b" })).toBe(status.INVALID_ARGUMENT);
  }
});

test("time bounds hold for each decision, though clocks of producers differ", async () => {
  const [all, none] = [await found({ limit: 500, fromMs: 1n }), await found({ fromMs: BigInt(Date.now() + 60_000) })];
  expect(all.length).toBe(2 * BLOCK_LEAVES + 7);
  expect(none).toEqual([]);
  expect(await found({ limit: 500, toMs: BigInt(Date.now() + 60_000) })).toEqual(all);
});

const TENANT = `special-${uuidv7()}`;

/** What can be asked for, each with what the special decision below has and with what it has not. */
const ASKED: Record<string, readonly [of: Partial<LedgerQueryRequest>, notOf: Partial<LedgerQueryRequest>]> = {
  time: [{ fromMs: BigInt(Date.now() - 600_000) }, { toMs: 1n }],
  tenant: [{ tenant: TENANT }, { tenant: "nobody" }],
  key: [{ keyId: "key-9" }, { keyId: "key-1" }],
  model: [{ model: "nano" }, { model: "none" }],
  provider: [{ provider: "other" }, { provider: "none" }],
  tag: [{ tag: RARE_TAG }, { tag: `hmac-sha256:${"c".repeat(64)}` }],
  kind: [{ kind: "route" }, { kind: "refuse" }],
  cost: [{ minCostPicoUsd: "41", maxCostPicoUsd: "43" }, { minCostPicoUsd: "43" }],
  reason: [{ reason: "canary" }, { reason: "unheard" }],
};

test("each way to ask, alone and together with any other, finds what is so and nothing else", async () => {
  const parts = { ...tagged(RARE_TAG), tenant: TENANT, keyId: "key-9", cost: "42", answered: "other/nano" };
  const [id] = await record({ ...parts, decision: { ...DECISION, reason: "canary" } });
  await until(async () =>
    (await ask({ tenant: TENANT, maxCostPicoUsd: "42" })).records.length > 0 ? true : undefined,
  );
  const names = Object.keys(ASKED);
  for (const [at, first] of names.entries()) {
    for (const second of names.slice(at)) {
      const [[one], [other, wrong]] = [ASKED[first]!, ASKED[second]!];
      expect(await found({ tenant: TENANT, limit: 500, ...one, ...other }), `${first} and ${second}`).toEqual([id]);
      expect(await found({ tenant: TENANT, limit: 500, ...one, ...wrong }), `${first}, not ${second}`).toEqual([]);
    }
  }
  expect(await found(Object.assign({}, ...Object.values(ASKED).map(([of]) => of)))).toEqual([id]);
});

test("a follower of what is rare finds all of it, however much lies between", async () => {
  const rare = (await rig.leaves(0)).find(({ event }) => event["tenant"] === TENANT);
  expect(rare?.index).toBeGreaterThan(BLOCK_LEAVES);
  const call = ledger.client.tail({ tenant: TENANT, fromIndex: 0n, types: ["decision"] }, as("ingress"));
  call.on("error", () => {});
  const [seen] = (await once(call, "data")) as [LedgerEntry];
  expect(Number(seen.index)).toBe(rare?.index);
  const next = once(call, "data") as Promise<[LedgerEntry]>;
  const [id] = await record({ tenant: TENANT });
  expect((await next)[0].decisionId).toBe(id);
  call.cancel();
});

async function indexes(request: Partial<LedgerQueryRequest>): Promise<number[]> {
  return (await ask(request)).records.map(({ decision }) => Number(decision?.index));
}

test("a page lies within the indexes that are asked for, from either end", async () => {
  const whole = await pagesOf(
    { oldestFirst: true, limit: 500, beforeIndex: 40n, fromIndex: 20n },
    ({ nextFromIndex }) => ({
      fromIndex: nextFromIndex,
    }),
  );
  expect(whole).toHaveLength(20);
  expect(await indexes({ oldestFirst: true, fromIndex: 20n, limit: 3 })).toEqual([20, 21, 22]);
  expect(await indexes({ beforeIndex: 23n, fromIndex: 20n, limit: 5 })).toEqual([22, 21, 20]);
});
