import { afterAll, beforeAll, expect, test } from "vitest";
import type { ReceivedRequest, Script } from "../kit/upstream.ts";
import { answering, INPUT_PRICE, OUTPUT_PRICE, startBudgetRig, type BudgetRig } from "./budget-rig.ts";

/*
 * Goal: however requests end, each call of a provider is billed once, a budget holds, and every report of costs is the same sum over the
 * register. All come at once, over two policies: whole answers, streams, streams that their callers leave, providers that fail before
 * their answer and in the middle of it.
 */

const REQUESTS = 64;
const MAX_TOKENS = 100;
const COST = 5n * INPUT_PRICE + BigInt(MAX_TOKENS) * OUTPUT_PRICE;

let rig: BudgetRig;
beforeAll(async () => {
  rig = await startBudgetRig({ leaseMs: 3_000, expireEveryMs: 200, recordedWithinMs: 1_000, pollMs: 50 });
  await rig.addPolicy();
});
afterAll(() => rig[Symbol.asyncDispose]());

const well = answering({ waitMs: 50 });
const FAILED: Script = { status: 500, headers: { "content-type": "application/json" }, steps: [{ send: "{}" }] };

/** The first of every few fails: before its answer, or in the middle of it. */
function upsAndDowns(): (request: ReceivedRequest) => Script {
  let calls = 0;
  return (request) => {
    calls += 1;
    if (calls % 9 === 0) return FAILED;
    const script = well(request);
    return calls % 7 === 0 ? { ...script, steps: [...script.steps.slice(0, 1), { drop: "reset" }] } : script;
  };
}

/** Every third is left by its caller as soon as something has come. */
async function ask(tag: string, at: number): Promise<number> {
  const stream = at % 3 !== 0;
  const body = { model: "auto", max_tokens: MAX_TOKENS, stream };
  const response = await rig.chat(body, { headers: { "x-signalbox-tags": tag } });
  if (at % 3 === 1 && response.ok) {
    const reader = response.body?.getReader();
    await reader?.read();
    await reader?.cancel();
  } else await response.text().catch(() => "");
  return response.status;
}

type Row = { by: Record<string, string | null>; costPicoUsd: string; requests: number };
type Costs = { data: Row[]; total: { costPicoUsd: string } };

test("B1 B4 each call is billed once, within the budget, whichever way requests end", async () => {
  rig.upstream.always(upsAndDowns());
  // What a first try has left behind is before it.
  const fromMs = Date.now();
  const from = new Date(fromMs).toISOString();
  const tag = `endings-${fromMs}`;
  const amount = 24n * COST;
  await rig.owner.query(
    "insert into budget (id, tag, kind, unit, amount, span, created_by) values ($1, $1, 'budget', 'pico-usd', $2, 'total', 'test')",
    [tag, String(amount)],
  );
  await new Promise((resolve) => setTimeout(resolve, 200));
  const before = rig.upstream.received.length;
  const statuses = await Promise.all(Array.from({ length: REQUESTS }, (_, at) => ask(tag, at)));
  expect(statuses).toContain(200);
  expect(statuses).toContain(429);
  const account = await rig.settledAccount(tag);
  expect(account).toMatchObject({ outstanding: 0n, escrow: 0n, excess: 0n });
  expect(account.settled).toBeLessThanOrEqual(amount);
  expect(account.settled).toBeGreaterThan(0n);

  const { rows } = await rig.owner.query<{ calls: string; differing: string }>(
    `select coalesce(sum(jsonb_array_length(e.event -> 'attempts')), 0) as calls,
       count(*) filter (where (e.event ->> 'costPicoUsd')::numeric <> a.cost) as differing
     from ledger_leaf l
     cross join lateral (select cost_payload(l.leaf) as event) e
     cross join lateral (
       select coalesce(sum((t ->> 'costPicoUsd')::numeric), 0) as cost from jsonb_array_elements(e.event -> 'attempts') t
     ) a
     where l.type = 'outcome' and l.at_ms >= $1`,
    [fromMs],
  );
  expect(rows).toEqual([{ calls: String(rig.upstream.received.length - before), differing: "0" }]);
  for (const by of ["tag", "tenant", "key", "model", "result"]) {
    const answer = await rig.line.api(`/admin/v1/costs?by=${by}&from=${from}`);
    const { data, total } = (await answer.json()) as Costs;
    const sum = data.reduce((all, { costPicoUsd }) => all + BigInt(costPicoUsd), 0n);
    expect([by, sum, total.costPicoUsd]).toEqual([by, account.settled, String(account.settled)]);
    const csv = await (await rig.line.api(`/admin/v1/costs?by=${by}&from=${from}&format=csv`)).text();
    const lines = csv.trimEnd().split("\r\n").slice(1);
    expect(lines.map((line) => line.split(",").slice(0, 2))).toEqual(
      data.map((row) => [row.by[by] ?? "", String(row.requests)]),
    );
    expect(lines.map((line) => line.split(",")[4])).toEqual(data.map(({ costPicoUsd }) => costPicoUsd));
  }
  expect(await (await rig.line.api("/admin/v1/reconciliation")).json()).toMatchObject({ agrees: true });
});

test("B15 the rows of a report add up to its total, while other lines of costs are made", async () => {
  const columns = "idx, part, is_last, at_ms, request_id, tenant, team, result, cost, priced, comparable";
  const made = new AbortController();
  const making = (async () => {
    for (let at = 0; !made.signal.aborted; at += 1) {
      await rig.owner.query(
        `insert into cost_line (${columns}) values ($1, 1, true, 0, gen_random_uuid(), 'acme', $2, 'completed', 1, true, false)`,
        [1_000_000_000 + at, `made-${at % 7}`],
      );
    }
  })();
  try {
    for (let time = 0; time < 40; time += 1) {
      const answer = await rig.line.api("/admin/v1/costs?by=team&to=1970-01-02");
      const { data, total } = (await answer.json()) as Costs;
      const sum = data.reduce((all, { costPicoUsd }) => all + BigInt(costPicoUsd), 0n);
      expect(String(sum)).toBe(total.costPicoUsd);
    }
  } finally {
    made.abort();
    await making;
    await rig.owner.query("delete from cost_line where idx >= 1000000000");
  }
});
