import { uuidv7, type UnsignedEvent } from "@signalbox/kit";
import { LedgerQueryRequest, type LedgerQueryResponse } from "@signalbox/proto/grpc/ledger";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Rng } from "../simulation/rng.ts";
import { DECISION, decisionEvent, INPUT, outcomeEvent } from "../flow/ledger-events.ts";
import { as, startLedgerRig, until, type Ledger, type LedgerRig } from "../flow/ledger-rig.ts";

/*
 * Goal: what a query finds, over all of its pages, is what reading every leaf of the log finds, whatever is asked for
 * together, and though the log grows in between.
 */

const SEED = Number(process.env["SEED"] ?? 1);
/** More than a block of the search's index has leaves, together with their outcomes. */
const DECISIONS = 900;
const QUERIES = 100;
const AT_MS = 1_800_000_000_000;
const TAGS = ["a", "b"].map((letter) => `hmac-sha256:${letter.repeat(64)}`);
const KEYS = ["key-1", "k%", "k_", "K_"];
const ENDPOINTS = ["simulator/small", "simulator/nano", "other/nano", "other/a/b%c_d", "other/\\"];
const REASONS = ["cheapest", "canary", "100 % sure_thing", "back\\slash o'clock"];
const COSTS = ["0", "9", "10", "99", "100", "1000", "123456789012345678"];

type Made = {
  readonly id: string;
  readonly tenant: string;
  readonly keyId: string;
  readonly atMs: number;
  readonly endpoint: string;
  /** Null: it is refused, and the model is what was asked for. */
  readonly reason: string;
  readonly refusedModel: string | null;
  readonly tags: readonly string[];
  readonly end: { readonly cost: string | null; readonly answeredBy: string } | null;
};
type Asked = Partial<LedgerQueryRequest>;

let rig: LedgerRig;
let ledger: Ledger;
const rng = new Rng(SEED);
/** In the order of the log. */
const all: Made[] = [];
beforeAll(async () => {
  rig = await startLedgerRig();
  ledger = await rig.start();
  await grow(DECISIONS);
  await until(async () => (await rig.owner.query("select from ledger_block where n = 0")).rowCount || undefined);
});
afterAll(() => rig[Symbol.asyncDispose]());

function make(): Made {
  const isRefused = rng.chance(0.2);
  const endpoint = rng.pick(ENDPOINTS);
  const answeredBy = rng.chance(0.3) ? rng.pick(ENDPOINTS) : endpoint;
  const cost = rng.chance(0.9) ? rng.pick(COSTS) : null;
  return {
    id: uuidv7(),
    tenant: rng.chance(0.8) ? "default" : "acme",
    keyId: rng.pick(KEYS),
    atMs: AT_MS + rng.int(0, 50),
    endpoint,
    reason: rng.pick(REASONS),
    refusedModel: isRefused ? rng.pick(["gone%", "nano"]) : null,
    tags: TAGS.filter(() => rng.chance(0.4)),
    end: isRefused || rng.chance(0.1) ? null : { cost, answeredBy },
  };
}

function eventsOf(made: Made): { decision: UnsignedEvent; outcome: UnsignedEvent | null } {
  const { id, tenant, keyId, atMs, endpoint, reason, refusedModel, tags, end } = made;
  const ids = { requestId: id, decisionId: id, tenant };
  const facts = { ...INPUT.facts, model: refusedModel ?? "auto", labels: { ...INPUT.facts.labels, tags: [...tags] } };
  const action =
    refusedModel === null
      ? { ...DECISION.action, plan: [endpoint] }
      : { kind: "refuse" as const, code: "policy-refused" as const, message: reason };
  const decision = { ...DECISION, action, reason: refusedModel === null ? reason : "policy-refused" };
  const decided = decisionEvent({ ...ids, keyId, decision, input: { ...INPUT, facts } });
  if (end === null) return { decision: { ...decided, atMs }, outcome: null };
  const ended = outcomeEvent({ ...ids, endpoint: end.answeredBy });
  return { decision: { ...decided, atMs }, outcome: { ...ended, event: { ...ended.event, costPicoUsd: end.cost } } };
}

/** Outcomes come after their decisions, some of them much later. */
async function grow(count: number): Promise<void> {
  const late: UnsignedEvent[] = [];
  for (let done = 0; done < count; done += 100) {
    const made = Array.from({ length: Math.min(100, count - done) }, make);
    const events = made.map(eventsOf);
    const outcomes = events.flatMap(({ outcome }) => (outcome === null ? [] : [outcome]));
    late.push(...outcomes.filter(() => rng.chance(0.1)));
    // What goes in one message of a type and a tenant keeps its order; so the log has them tenant by tenant.
    for (const tenant of ["default", "acme"]) {
      const own = made.filter((each) => each.tenant === tenant);
      await append(
        rig.policy,
        own.map((each) => events[made.indexOf(each)]!.decision),
      );
      all.push(...own);
    }
    await append(
      rig.dispatcher,
      outcomes.filter((outcome) => !late.includes(outcome)),
    );
  }
  await append(rig.dispatcher, late);
}

async function append(by: LedgerRig["policy"], events: readonly UnsignedEvent[]): Promise<void> {
  if (events.length === 0) return;
  const signed = by.sign(events);
  await rig.enqueue(signed);
  for (const { eventId } of signed) await rig.receipt(eventId);
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
}

/** The words that a decision's reason is found by. */
function reasonOf({ reason, refusedModel }: Made): string[] {
  return wordsOf(refusedModel === null ? reason : `policy refused ${reason}`);
}

function isFound(made: Made, asked: Asked): boolean {
  const {
    keyId,
    model,
    provider,
    kind,
    tag,
    reason,
    tenant,
    fromMs,
    toMs,
    minCostPicoUsd: min,
    maxCostPicoUsd: max,
  } = asked;
  const chosen = made.refusedModel === null ? [made.endpoint] : [];
  const endpoints = [...chosen, ...(made.end === null ? [] : [made.end.answeredBy])];
  const models = [...endpoints.map((each) => each.slice(each.indexOf("/") + 1)), made.refusedModel];
  const cost = made.end?.cost ?? null;
  return [
    made.tenant === tenant || tenant === "",
    keyId === undefined || made.keyId === keyId,
    kind === undefined || (made.refusedModel === null ? "route" : "refuse") === kind,
    tag === undefined || made.tags.includes(tag),
    reason === undefined || wordsOf(reason).every((word) => reasonOf(made).includes(word)),
    model === undefined || models.includes(model),
    provider === undefined || endpoints.some((each) => each.startsWith(`${provider}/`)),
    fromMs === undefined || made.atMs >= Number(fromMs),
    toMs === undefined || made.atMs < Number(toMs),
    min === undefined || (cost !== null && BigInt(cost) >= BigInt(min)),
    max === undefined || (cost !== null && BigInt(cost) <= BigInt(max)),
  ].every(Boolean);
}

function queryOf(): Asked {
  const chance = 0.25;
  const near = (cost: string): string => String(BigInt(cost) + BigInt(rng.int(0, 1)));
  return {
    tenant: rng.pick(["", "default", "acme"]),
    ...(rng.chance(chance) ? { keyId: rng.pick([...KEYS, "k"]) } : {}),
    ...(rng.chance(chance) ? { kind: rng.pick(["route", "refuse"]) } : {}),
    ...(rng.chance(chance) ? { tag: rng.pick(TAGS) } : {}),
    ...(rng.chance(chance) ? { reason: rng.pick([...REASONS, "thing", "SURE", "clock slash", "refused canary"]) } : {}),
    ...(rng.chance(chance) ? { model: rng.pick(["small", "nano", "a/b%c_d", "\\", "%", "gone%", "auto"]) } : {}),
    ...(rng.chance(chance) ? { provider: rng.pick(["simulator", "other", "_ther"]) } : {}),
    ...(rng.chance(chance) ? { fromMs: BigInt(AT_MS + rng.int(0, 50)) } : {}),
    ...(rng.chance(chance) ? { toMs: BigInt(AT_MS + rng.int(0, 51)) } : {}),
    ...(rng.chance(chance) ? { minCostPicoUsd: near(rng.pick(COSTS)) } : {}),
    ...(rng.chance(chance) ? { maxCostPicoUsd: near(rng.pick(COSTS)) } : {}),
  };
}

function ask(request: Asked): Promise<LedgerQueryResponse> {
  const whole = LedgerQueryRequest.fromPartial(request);
  const who = as(request.tenant === "" ? "operator" : "ingress");
  return new Promise((resolve, reject) => {
    ledger.client.query(whole, who, (error, page) => (error === null ? resolve(page) : reject(error)));
  });
}

/** All that a query finds, page by page; between pages something may happen. */
async function pages(asked: Asked, between: () => Promise<void> = async () => {}): Promise<string[]> {
  const ids: string[] = [];
  const { oldestFirst = false } = asked;
  for (let place: Asked = {}; ; await between()) {
    const page = await ask({ ...asked, ...place });
    ids.push(...page.records.map(({ decision }) => decision?.decisionId ?? ""));
    const next = oldestFirst ? page.nextFromIndex : page.nextBeforeIndex;
    if (next === 0n) return ids;
    place = oldestFirst ? { fromIndex: next } : { beforeIndex: next };
  }
}

test(`whatever is asked for together, the answer is what reading all of the log finds (SEED=${SEED})`, async () => {
  let answers = 0;
  for (let n = 0; n < QUERIES; n += 1) {
    const asked = { ...queryOf(), limit: rng.pick([25, 100, 500]), oldestFirst: rng.chance(0.5) };
    const wanted = all.filter((made) => isFound(made, asked)).map(({ id }) => id);
    const said = JSON.stringify(asked, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value));
    expect(await pages(asked), `query ${n}: ${said}`).toEqual(asked.oldestFirst ? wanted : wanted.toReversed());
    answers += wanted.length;
  }
  expect(answers).toBeGreaterThan(QUERIES);
}, 120_000);

test("pages neither miss nor repeat while the log grows: newest first what was there, oldest first all of it", async () => {
  const before = all.map(({ id }) => id);
  const newest = await pages({ tenant: "", limit: 300 }, () => grow(20));
  expect(newest).toEqual(before.toReversed());
  const oldest = await pages({ tenant: "", limit: 300, oldestFirst: true }, () => grow(20));
  expect(oldest).toEqual(all.map(({ id }) => id));
}, 30_000);
