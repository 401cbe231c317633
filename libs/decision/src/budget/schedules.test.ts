import { expect, test } from "vitest";
import { EscrowAccount } from "./escrow-account.ts";
import { LeaseHolder, type ReservedPart, type UnusedPart } from "./lease-holder.ts";
import { leaseSize } from "./lease-size.ts";

/** `BUDGET_SCHEDULES=1000000 BUDGET_SEED=7 npx vitest run --project unit libs/decision/src/budget` runs more, and others. */
const SCHEDULES = Number(process.env["BUDGET_SCHEDULES"] ?? 100_000);
const SEED = Number(process.env["BUDGET_SEED"] ?? 1);
const STEPS = 24;
const LEASE_MS = 30;
/** Two nested budgets: each request is charged to both, and the inner one is the smaller. */
const LIMITS = { tenant: 350n, key: 240n };
type Budget = keyof typeof LIMITS;
const BUDGETS = Object.keys(LIMITS) as Budget[];

/** Lehmer's generator: small, and the same everywhere. */
function generator(seed: number): (below: number) => number {
  let state = (seed % 2_147_483_646) + 1;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

/** What stands in the register, at least once on its way to the accounts. */
type Leaf =
  | { readonly kind: "decision"; readonly id: string; readonly parts: readonly ReservedPart[]; readonly atMs: number }
  | { readonly kind: "outcome"; readonly id: string; readonly cost: bigint | null; readonly reserved: bigint };

/** One schedule: replicas that reserve, die and come back, and a register whose leaves arrive late, twice and out of order. */
class Schedule {
  readonly random: (below: number) => number;
  readonly accounts: Record<Budget, EscrowAccount> = {
    tenant: new EscrowAccount(LIMITS.tenant),
    key: new EscrowAccount(LIMITS.key),
  };
  readonly leaves: Leaf[] = [];
  readonly underWay: Leaf[] = [];
  /** Decisions whose record was refused, of which the replica has not heard yet. */
  readonly unrecorded: { replica: LeaseHolder; parts: readonly ReservedPart[] }[] = [];
  readonly executing: { id: string; reserved: bigint }[] = [];
  readonly replicas: LeaseHolder[];
  /** Whether providers keep to the bound that they were given. */
  readonly honest: boolean;
  nowMs = 0;
  #ids = 0;

  constructor(seed: number) {
    this.random = generator(seed);
    this.honest = this.random(4) !== 0;
    this.replicas = Array.from({ length: 1 + this.random(4) }, () => new LeaseHolder());
  }

  step(): void {
    this.nowMs += this.random(12);
    const at = this.random(this.replicas.length);
    const replica = this.replicas[at] as LeaseHolder;
    const dice = this.random(100);
    if (dice < 45) this.#request(replica);
    else if (dice < 62) this.#end();
    else if (dice < 80) this.#deliver();
    else if (dice < 84) this.#undo();
    else if (dice < 87) this.replicas[at] = new LeaseHolder();
    else if (dice < 90) this.#giveBack(replica);
    else for (const account of Object.values(this.accounts)) account.expireLeases(this.#readUpToMs());
  }

  #request(replica: LeaseHolder): void {
    const amount = BigInt(1 + this.random(90));
    for (const budget of BUDGETS) this.#refill(replica, budget, amount);
    const parts = replica.reserve(new Map(BUDGETS.map((budget) => [budget, amount])), this.nowMs);
    if (parts === null) {
      this.#expectNothingForced(amount);
      return;
    }
    const id = `r${(this.#ids += 1)}`;
    const fate = this.random(20);
    if (fate <= 2) this.unrecorded.push({ replica, parts });
    // A replica that dies before its decision is recorded leaves nothing but its lease.
    if (fate <= 3) return;
    this.#record({ kind: "decision", id, parts, atMs: this.nowMs });
    this.executing.push({ id, reserved: amount });
  }

  #undo(): void {
    const undone = this.unrecorded.shift();
    undone?.replica.undo(undone.parts);
  }

  /** No false refusal: what is left and in nobody's hands does not suffice either. */
  #expectNothingForced(amount: bigint): void {
    if (BUDGETS.every((budget) => this.accounts[budget].available >= amount)) throw new Error("refused without need");
  }

  #refill(replica: LeaseHolder, budget: Budget, least: bigint): void {
    if (replica.left(budget, this.nowMs) >= least) return;
    const account = this.accounts[budget];
    const wanted = leaseSize(account.available, { least, replicas: this.replicas.length });
    const held = replica.lease(budget, this.nowMs);
    // A lease is added to, or exchanged for another.
    const lease = held !== null && this.random(4) > 0 ? held.id : `l${(this.#ids += 1)}`;
    const question = `q${(this.#ids += 1)}`;
    const untilMs = this.nowMs + LEASE_MS;
    const answer = account.grant({ question, lease, wanted, least, untilMs });
    if (answer.kind !== "granted") return;
    // The answer may be lost on the way, and the question asked again.
    account.grant({ question, lease, wanted, least, untilMs });
    const before = replica.add(budget, answer.lease);
    if (before !== null && this.random(2) === 0) this.#returned(before);
  }

  #end(): void {
    const [ended] = this.executing.splice(this.random(this.executing.length || 1), 1);
    if (ended === undefined) return;
    const kind = this.random(10);
    const reported = this.honest ? BigInt(this.random(Number(ended.reserved) + 1)) : BigInt(this.random(200));
    // Of some nobody sees the end, and nobody knows what they cost.
    const cost = kind < 2 ? 0n : kind === 2 ? null : reported;
    this.#record({ kind: "outcome", id: ended.id, cost, reserved: ended.reserved });
  }

  #record(leaf: Leaf): void {
    this.leaves.push(leaf);
    this.underWay.push(leaf);
    // Delivered at least once.
    if (this.random(4) === 0) this.underWay.push(leaf);
  }

  #deliver(): void {
    const [leaf] = this.underWay.splice(this.random(this.underWay.length || 1), 1);
    if (leaf !== undefined) this.#apply(leaf);
  }

  #apply(leaf: Leaf): void {
    if (leaf.kind === "outcome") {
      for (const budget of BUDGETS) this.accounts[budget].settle({ reservation: leaf.id, amount: leaf.cost });
      return;
    }
    for (const { budget, lease, amount } of leaf.parts) {
      this.accounts[budget as Budget].reserve({ reservation: leaf.id, lease, amount, atMs: leaf.atMs });
    }
  }

  #giveBack(replica: LeaseHolder): void {
    const parts = this.random(2) === 0 ? replica.close() : BUDGETS.map((budget) => replica.drain(budget));
    for (const part of parts) if (part !== null) this.#returned(part);
  }

  #returned({ budget, lease, unused }: UnusedPart): void {
    const answer = { question: `q${(this.#ids += 1)}`, lease, unused };
    this.accounts[budget as Budget].giveBack(answer);
    if (this.random(3) === 0) this.accounts[budget as Budget].giveBack(answer);
  }

  /** Decisions are read in order of their time up to the first that is still under way. */
  #readUpToMs(): number {
    return Math.min(this.nowMs, ...this.underWay.map((leaf) => (leaf.kind === "decision" ? leaf.atMs : Infinity)));
  }

  check(): void {
    for (const budget of BUDGETS) {
      const { limit, settled, outstanding, escrow, excess } = this.accounts[budget];
      if (settled > limit + excess) throw new Error(`${budget}: settled ${settled} of ${limit}, ${excess} excess`);
      if (outstanding < 0n || escrow < 0n || excess < 0n) throw new Error(`${budget}: a counter is below nothing`);
      if (settled + outstanding + escrow > limit + excess) throw new Error(`${budget}: given out twice`);
    }
  }

  /** Everything ends, everything arrives, every lease expires. */
  finish(): void {
    while (this.executing.length > 0) this.#end();
    while (this.underWay.length > 0) this.#deliver();
    this.nowMs += LEASE_MS;
    for (const account of Object.values(this.accounts)) account.expireLeases(this.#readUpToMs());
    const costs = this.leaves.map((leaf) => (leaf.kind === "outcome" ? (leaf.cost ?? leaf.reserved) : 0n));
    const total = costs.reduce((sum, cost) => sum + cost, 0n);
    for (const budget of BUDGETS) {
      const { limit, settled, outstanding, escrow, excess } = this.accounts[budget];
      if (outstanding !== 0n || escrow !== 0n)
        throw new Error(`${budget}: ${outstanding} and ${escrow} never came back`);
      if (settled !== total) throw new Error(`${budget}: settled ${settled}, but the leaves say ${total}`);
      if (this.honest && (excess !== 0n || settled > limit)) throw new Error(`${budget}: overspent`);
    }
  }
}

test(`B1 ${SCHEDULES} random schedules never overspend, and everything reserved comes back`, () => {
  let settledSome = 0;
  for (let at = 0; at < SCHEDULES; at += 1) {
    const schedule = new Schedule(SEED * 1_000_003 + at);
    try {
      for (let step = 0; step < STEPS; step += 1) {
        schedule.step();
        schedule.check();
      }
      schedule.finish();
    } catch (error) {
      throw new Error(`schedule ${SEED * 1_000_003 + at}: ${(error as Error).message}`, { cause: error });
    }
    if (schedule.accounts.key.settled > 0n) settledSome += 1;
  }
  // Schedules in which nothing happens would prove nothing.
  expect(settledSome).toBeGreaterThan(SCHEDULES / 2);
}, 120_000);

test("what was settled leaves a rolling window by the time of its decision", () => {
  const account = new EscrowAccount(100n);
  account.grant({ question: "q", lease: "l", wanted: 100n, least: 1n, untilMs: 10_000 });
  account.reserve({ reservation: "early", lease: "l", amount: 60n, atMs: 1_000 });
  account.reserve({ reservation: "late", lease: "l", amount: 40n, atMs: 2_000 });
  account.settle({ reservation: "early", amount: 50n });
  account.settle({ reservation: "late", amount: 40n });
  expect(account.available).toBe(10n);
  account.rollOff(1_000);
  expect(account.available).toBe(10n);
  account.rollOff(1_001);
  account.rollOff(1_001);
  expect(account.available).toBe(60n);
  expect(account.settled).toBe(90n);
});

test("a lease that has ended is granted nothing more", () => {
  const account = new EscrowAccount(100n);
  const ask = { lease: "l", wanted: 10n, least: 1n };
  expect(account.grant({ ...ask, question: "1", untilMs: 10 }).kind).toBe("granted");
  account.expireLeases(10);
  expect(account.grant({ ...ask, question: "2", untilMs: 20 }).kind).toBe("ended");
  expect(account.available).toBe(100n);
});

test("what nobody saw the end of is settled as reserved, whichever is read first", () => {
  const account = new EscrowAccount(100n);
  account.grant({ question: "q", lease: "l", wanted: 100n, least: 1n, untilMs: 10_000 });
  account.reserve({ reservation: "lost", lease: "l", amount: 30n, atMs: 1_000 });
  account.settle({ reservation: "lost", amount: null });
  account.settle({ reservation: "late", amount: null });
  expect(account.settled).toBe(30n);
  account.reserve({ reservation: "late", lease: "l", amount: 20n, atMs: 1_000 });
  expect(account).toMatchObject({ settled: 50n, outstanding: 0n, escrow: 50n, excess: 0n });
});

test("an account that lets requests through gives more than it has, and says how much is spent", () => {
  const account = new EscrowAccount(100n, { passes: true });
  expect(account.grant({ question: "q", lease: "l", wanted: 150n, least: 1n, untilMs: 10_000 }).kind).toBe("granted");
  account.reserve({ reservation: "r", lease: "l", amount: 150n, atMs: 1_000 });
  account.settle({ reservation: "r", amount: 140n });
  expect(account).toMatchObject({ settled: 140n, available: 0n, excess: 0n });
});
