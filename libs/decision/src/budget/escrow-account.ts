/** A part of a budget that one replica may reserve from without asking anybody. */
export type Lease = { readonly id: string; readonly amount: bigint; readonly untilMs: number };

/** What a replica asks for. The same `question` is answered once, however often it arrives. */
type GrantRequest = {
  readonly question: string;
  /** The replica's own name for the lease: more is added to one that it holds already. */
  readonly lease: string;
  readonly wanted: bigint;
  readonly least: bigint;
  readonly untilMs: number;
};

type GrantAnswer =
  /** `amount` is what was added now. */
  | { readonly kind: "granted"; readonly lease: Lease }
  /** Less is left than the least that was asked for. */
  | { readonly kind: "exhausted"; readonly available: bigint }
  /** The lease has expired; what is granted next needs one of another name. */
  | { readonly kind: "ended" };

type OpenLease = { escrow: bigint; untilMs: number; question: string; granted: bigint; returned: string };
/** `expired`: nobody waits for its outcome any more. */
type Reservation = { readonly amount: bigint; readonly atMs: number; expired: boolean };
type Settlement = { amount: bigint | null; covered: bigint | null; atMs: number | null; rolledOff: boolean };

/**
 * One budget in one window, as the database keeps it: what was settled, what requests under way may still cost, and what
 * lies in leases. Amounts are integers of the budget's unit: pico-USD, tokens or requests.
 *
 * Money moves one way: from what is available into a lease, from there into a reservation once its decision is read from
 * the register, and from there into what was settled; what is left over at a step becomes available again. So at every
 * moment `settled - rolledOff + outstanding + escrow` is at most the limit, but for what providers reported beyond a
 * reservation, which is counted as `excess` and never cut off. Every call may come again, and settlements may overtake
 * reservations.
 */
export class EscrowAccount {
  readonly limit: bigint;
  /** Whether more than it has is given: what is spent beyond the limit is then told, and not held back. */
  readonly passes: boolean;
  #settled = 0n;
  #rolledOff = 0n;
  #outstanding = 0n;
  #escrow = 0n;
  #excess = 0n;
  readonly #leases = new Map<string, OpenLease>();
  readonly #ended = new Set<string>();
  readonly #reservations = new Map<string, Reservation>();
  /** By reservation: what it cost; with what it was reserved for once that is known. */
  readonly #settlements = new Map<string, Settlement>();

  constructor(limit: bigint, options: { passes?: boolean } = {}) {
    this.limit = limit;
    this.passes = options.passes ?? false;
  }

  get settled(): bigint {
    return this.#settled;
  }

  /** Settled so long ago that a rolling window does not hold it any more. */
  get rolledOff(): bigint {
    return this.#rolledOff;
  }

  /** Reserved by decisions that are in the register and have no outcome yet. */
  get outstanding(): bigint {
    return this.#outstanding;
  }

  /** In leases, and not known to be reserved. */
  get escrow(): bigint {
    return this.#escrow;
  }

  /** What was settled beyond what had been reserved for it. */
  get excess(): bigint {
    return this.#excess;
  }

  get available(): bigint {
    const left = this.limit - this.#settled + this.#rolledOff - this.#outstanding - this.#escrow;
    return left > 0n ? left : 0n;
  }

  /** Sets aside as much as is left of `wanted`, at least `least`. */
  grant({ question, lease, wanted, least, untilMs }: GrantRequest): GrantAnswer {
    if (this.#ended.has(lease)) return { kind: "ended" };
    const open = this.#leases.get(lease);
    if (open?.question === question)
      return { kind: "granted", lease: { id: lease, amount: open.granted, untilMs: open.untilMs } };
    const amount = this.passes || wanted < this.available ? wanted : this.available;
    if (amount < least || amount === 0n) return { kind: "exhausted", available: this.available };
    const latestMs = Math.max(untilMs, open?.untilMs ?? 0);
    const before = { escrow: open?.escrow ?? 0n, returned: open?.returned ?? "" };
    this.#leases.set(lease, {
      escrow: before.escrow + amount,
      untilMs: latestMs,
      question,
      granted: amount,
      returned: before.returned,
    });
    this.#escrow += amount;
    return { kind: "granted", lease: { id: lease, amount, untilMs: latestMs } };
  }

  /** A decision that was read from the register: what it reserved leaves its lease. */
  reserve(taken: { reservation: string; lease: string; amount: bigint; atMs: number }): void {
    const { reservation, lease, amount, atMs } = taken;
    if (this.#reservations.has(reservation)) return;
    const settlement = this.#settlements.get(reservation);
    if (settlement !== undefined && settlement.atMs !== null) return;
    this.#leaveLease(lease, amount);
    if (settlement === undefined) {
      this.#reservations.set(reservation, { amount, atMs, expired: false });
      this.#outstanding += amount;
      return;
    }
    settlement.covered = amount;
    settlement.atMs = atMs;
    if (settlement.amount === null) {
      settlement.amount = amount;
      this.#settled += amount;
      return;
    }
    // The outcome came first and was taken for uncovered.
    this.#excess -= settlement.amount < amount ? settlement.amount : amount;
  }

  /**
   * What a request came to; nothing, when it was not executed; null, when nobody knows: then all that was reserved is
   * taken for spent. Only the first word on a reservation counts.
   */
  settle({ reservation, amount: told }: { reservation: string; amount: bigint | null }): void {
    if (this.#settlements.has(reservation)) return;
    const reserved = this.#reservations.get(reservation);
    if (told === null && reserved === undefined) {
      this.#settlements.set(reservation, { amount: null, covered: null, atMs: null, rolledOff: false });
      return;
    }
    const amount = told ?? reserved?.amount ?? 0n;
    this.#settled += amount;
    this.#settlements.set(reservation, {
      amount,
      covered: reserved?.amount ?? null,
      atMs: reserved?.atMs ?? null,
      rolledOff: false,
    });
    if (reserved === undefined) {
      this.#excess += amount;
      return;
    }
    this.#reservations.delete(reservation);
    const covered = reserved.expired ? 0n : reserved.amount;
    this.#outstanding -= covered;
    if (amount > covered) this.#excess += amount - covered;
  }

  /** A replica needs no more of a lease. What it reserved of it and is not read from the register yet stays set aside. */
  giveBack({ question, lease, unused }: { question: string; lease: string; unused: bigint }): void {
    const open = this.#leases.get(lease);
    if (open === undefined || open.returned === question) return;
    open.returned = question;
    this.#leaveLease(lease, unused);
  }

  /**
   * Ends the leases of replicas that were not heard of again. `readUpToMs`: every decision that was made before this time
   * has been given to `reserve`, so what is left in a lease that ended before it was never reserved.
   */
  expireLeases(readUpToMs: number): void {
    for (const [id, { escrow, untilMs }] of this.#leases) {
      if (untilMs > readUpToMs) continue;
      this.#leases.delete(id);
      this.#ended.add(id);
      this.#escrow -= escrow;
    }
  }

  /** Gives up on outcomes that never came. One that comes all the same is settled, and what it cost counts as excess. */
  expireReservations(madeBeforeMs: number): void {
    for (const reservation of this.#reservations.values()) {
      if (reservation.atMs >= madeBeforeMs || reservation.expired) continue;
      reservation.expired = true;
      this.#outstanding -= reservation.amount;
    }
  }

  /** A rolling window has moved on: what was decided before its beginning counts no more. */
  rollOff(beginsMs: number): void {
    for (const settlement of this.#settlements.values()) {
      if (settlement.rolledOff || settlement.atMs === null || settlement.atMs >= beginsMs) continue;
      settlement.rolledOff = true;
      this.#rolledOff += settlement.amount ?? 0n;
    }
  }

  #leaveLease(lease: string, amount: bigint): void {
    const open = this.#leases.get(lease);
    if (open === undefined) return;
    open.escrow -= amount;
    this.#escrow -= amount;
  }
}
