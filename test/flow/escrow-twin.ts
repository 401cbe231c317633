import { strict as assert } from "node:assert";
import { randomUUID } from "node:crypto";
import { EscrowAccount, leaseSize } from "@signalbox/decision";
import type { Client } from "pg";
import { Postings } from "../../services/policy/src/budgets/postings.ts";

type Held = { lease: string; left: bigint; untilMs: number };
type Reserved = { id: string; lease: string; amount: bigint; atMs: number };

const LIMIT = 400n;
const WINDOW_MS = 5_000;

/** One budget in the database beside its model, and what replicas would do with it. */
export class EscrowTwin {
  readonly budget: string;
  readonly random: (below: number) => number;
  readonly account: EscrowAccount;
  /** A window that ends as a whole is booked by sums, one that rolls off by decisions. */
  readonly span: "rolling" | "month";
  readonly held: (Held | null)[] = [null, null, null];
  readonly undelivered: Reserved[] = [];
  readonly open: Reserved[] = [];
  /** How many decisions were booked. */
  booked = 0;
  nowMs = 1_000_000;
  idx = 0;
  readonly #owner: Client;
  readonly #policy: Client;
  #ids = 0;

  constructor(seed: number, { owner, policy }: { owner: Client; policy: Client }) {
    this.#owner = owner;
    this.#policy = policy;
    this.budget = `twin-${seed}`;
    // Some let requests through when they are spent.
    this.account = new EscrowAccount(LIMIT, { passes: seed % 5 === 0 });
    this.span = seed % 3 === 0 ? "month" : "rolling";
    let state = seed + 1;
    this.random = (below) => {
      state = (state * 48_271) % 2_147_483_647;
      return state % below;
    };
  }

  async begin(): Promise<void> {
    await this.#owner.query(
      `insert into budget (id, kind, unit, amount, span, rolling_ms, created_by, at_limit)
       values ($1, 'budget', 'pico-usd', $2, $5, $3, 'test', $4)`,
      [this.budget, String(LIMIT), this.#rollingMs, this.account.passes ? "pass" : "block", this.span],
    );
    await this.#owner.query("update budget_cursor set next_idx = 0");
  }

  get #rollingMs(): number | null {
    return this.span === "rolling" ? WINDOW_MS : null;
  }

  async step(): Promise<void> {
    this.nowMs += this.random(400);
    const dice = this.random(10);
    if (dice < 4) await this.#ask(this.random(3));
    else if (dice < 6) await this.#book();
    else if (dice < 7) await this.#settle();
    else if (dice < 8) await this.#giveBack(this.random(3));
    else await this.#expire();
  }

  async #ask(at: number): Promise<void> {
    const held = this.held[at] ?? null;
    const needed = BigInt(1 + this.random(90));
    const lease = held?.lease ?? `${this.budget}-l${(this.#ids += 1)}`;
    const question = `q${(this.#ids += 1)}`;
    const untilMs = this.nowMs + 800;
    if (this.span === "rolling") this.account.rollOff(this.nowMs - WINDOW_MS);
    const replicas = new Set(await this.#instances()).add(`replica-${at}`).size;
    const share = this.account.passes ? LIMIT / BigInt(replicas * 64) : 0n;
    const size = leaseSize(this.account.available, { least: needed, replicas });
    const wanted = size > share ? size : share;
    const expected = this.account.grant({ question, lease, wanted, least: 1n, untilMs });
    const ask = [this.budget, "", 0, null, question, lease, `replica-${at}`, String(needed), untilMs, this.nowMs];
    for (let time = 0; time < 1 + this.random(2); time += 1) {
      const { rows } = await this.#policy.query<{ answer: string; granted: string }>(
        "select * from budget_ask($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        ask,
      );
      assert.equal(rows[0]?.answer, expected.kind);
      assert.equal(rows[0]?.granted, expected.kind === "granted" ? String(expected.lease.amount) : "0");
    }
    if (expected.kind === "ended") this.held[at] = null;
    if (expected.kind !== "granted") return;
    const left = (held?.left ?? 0n) + expected.lease.amount;
    const taken = left / BigInt(1 + this.random(3));
    this.held[at] = { lease, left: left - taken, untilMs };
    if (taken > 0n) this.undelivered.push({ id: randomUUID(), lease, amount: taken, atMs: this.nowMs });
  }

  async #instances(): Promise<string[]> {
    const { rows } = await this.#owner.query<{ instance: string }>(
      `select instance from budget_lease l join budget_account a on a.id = l.account where a.budget = $1 and not ended`,
      [this.budget],
    );
    return rows.map(({ instance }) => instance);
  }

  /** Decisions reach the accounts in any order, a few at a time, and some of them with their outcome in the same batch. */
  async #book(): Promise<void> {
    const postings = this.#postings();
    for (let left = 1 + this.random(3); left > 0; left -= 1) {
      const [taken] = this.undelivered.splice(this.random(this.undelivered.length || 1), 1);
      if (taken === undefined) break;
      const { id, lease, amount, atMs } = taken;
      this.booked += 1;
      this.account.reserve({ reservation: id, lease, amount, atMs });
      const both = this.random(3) > 0;
      const cost = this.random(8) === 0 ? null : BigInt(this.random(Number(amount) + 40));
      if (both) this.account.settle({ reservation: id, amount: cost });
      else this.open.push(taken);
      postings.reserve(id, { budget: this.budget, lease, amount: String(amount) }, atMs);
      if (both) postings.settle({ decisionId: id, budget: this.budget, cost, account: null });
    }
    await this.#apply(postings);
  }

  #postings(): Postings {
    const known = { kind: "budget", unit: "pico-usd", span: this.span, rollingMs: this.#rollingMs } as const;
    return new Postings(() => known);
  }

  async #settle(): Promise<void> {
    const ended = this.open.splice(0, 1 + this.random(2));
    // Of some nobody saw the end: all that was reserved is settled.
    const costs = ended.map(({ id, amount }) => {
      return { id, cost: this.random(6) === 0 ? null : BigInt(this.random(Number(amount) + 40)) };
    });
    for (const { id, cost } of costs) this.account.settle({ reservation: id, amount: cost });
    const { rows } = await this.#owner.query<{ id: string }>("select id from budget_account where budget = $1", [
      this.budget,
    ]);
    const postings = this.#postings();
    for (const { id, cost } of costs) {
      postings.settle({ decisionId: id, budget: this.budget, cost, account: rows[0]?.id ?? null });
    }
    await this.#apply(postings);
    // The same outcome under another index changes nothing.
    await this.#apply(postings);
  }

  async #apply(postings: Postings): Promise<void> {
    const batch = [this.idx, this.idx + 1, ...postings.columns()];
    const book = `select * from budget_book_batch(${batch.map((_, at) => `$${at + 1}`).join(", ")})`;
    await this.#policy.query(book, batch);
    await assert.rejects(this.#policy.query(book, batch), /somebody else/);
    this.idx += 1;
  }

  async #giveBack(at: number): Promise<void> {
    const held = this.held[at] ?? null;
    if (held === null) return;
    const question = `q${(this.#ids += 1)}`;
    this.account.giveBack({ question, lease: held.lease, unused: held.left });
    for (let time = 0; time < 1 + this.random(2); time += 1) {
      await this.#policy.query("select budget_give_back($1, $2, $3)", [held.lease, question, String(held.left)]);
    }
    this.held[at] = { ...held, left: 0n };
  }

  async #expire(): Promise<void> {
    const readUpToMs = Math.min(this.nowMs, ...this.undelivered.map(({ atMs }) => atMs));
    const madeBeforeMs = this.nowMs - 6_000;
    this.account.expireLeases(readUpToMs);
    this.account.expireReservations(madeBeforeMs);
    await this.#policy.query("select * from budget_expire($1, $2)", [readUpToMs, madeBeforeMs]);
  }

  async check(): Promise<void> {
    const { rows } = await this.#owner.query<Record<string, string>>(
      `select settled, outstanding, escrow, excess, rolled_off from budget_account where budget = $1`,
      [this.budget],
    );
    if (rows[0] === undefined) return;
    const { settled, outstanding, escrow, excess, rolledOff } = this.account;
    assert.deepEqual(rows[0], {
      settled: String(settled),
      outstanding: String(outstanding),
      escrow: String(escrow),
      excess: String(excess),
      rolled_off: String(rolledOff),
    });
  }

  /** How many decisions the account names: in a row of their own, or beside a sum. */
  async named(): Promise<number> {
    const { rows } = await this.#owner.query<{ count: number }>(
      `select count(distinct decision)::integer as count from budget_account a, lateral (
         select decision_id as decision from budget_reservation where account = a.id
         union all select unnest(decisions) from budget_settled where account = a.id
       ) named where a.budget = $1`,
      [this.budget],
    );
    return rows[0]?.count ?? 0;
  }

  /** What the entries of the ledger of money add up to, by side, beside what the account says. */
  async sums(): Promise<{ entries: Record<string, bigint>; account: Record<string, bigint> }> {
    const { rows } = await this.#owner.query<{ side: string; sum: string }>(
      `select side, sum(amount)::text as sum from budget_account a, lateral (
         select credit as side, amount from budget_entry where account = a.id
         union all select debit, -amount from budget_entry where account = a.id
       ) moved where a.budget = $1 group by side`,
      [this.budget],
    );
    const { settled, outstanding } = this.account;
    const entries = Object.fromEntries(rows.map(({ side, sum }) => [side, BigInt(sum)]));
    return {
      entries: { spent: 0n, reserved: 0n, available: 0n, ...entries },
      account: { spent: settled, reserved: outstanding, available: -settled - outstanding },
    };
  }
}
