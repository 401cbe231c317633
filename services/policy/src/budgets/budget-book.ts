import { type Logger, repeatWork, type RepeatedWork } from "@signalbox/kit";
import { type BudgetDefinition, type ChargedRequest, isCharged } from "./budget-definition.ts";
import { type BudgetDatabase, type KeyScope, readBudgets, readKeyScopes, readRevision } from "./budget-store.ts";

const NOTHING: readonly BudgetDefinition[] = [];
/** How many unknown key ids are remembered, so that each is looked for in the database once. */
const STRANGERS_MAX = 10_000;

/** All budgets and the scopes of keys, in memory; follows their changes within `pollMs`. */
export class BudgetBook implements AsyncDisposable {
  readonly #db: BudgetDatabase;
  readonly #log: Logger;
  readonly #polling: RepeatedWork;
  #revision = "";
  #budgets = new Map<string, BudgetDefinition>();
  #byKey = new Map<string, BudgetDefinition[]>();
  #forMany: BudgetDefinition[] = [];
  #keys = new Map<string, KeyScope>();
  readonly #strangers = new Set<string>();
  #reading = Promise.resolve();
  #failing = false;

  private constructor({ db, log, pollMs }: { db: BudgetDatabase; log: Logger; pollMs: number }) {
    this.#db = db;
    this.#log = log;
    // While the database stands still, looks that nobody waits for do not queue up before those that requests wait for.
    this.#polling = repeatWork({
      everyMs: pollMs,
      work: () => this.#poll(),
      onFailure: (error) => this.#onFailure(error),
    });
  }

  /** Reads the book. Rejects when it cannot be read. */
  static async open(options: { db: BudgetDatabase; log: Logger; pollMs: number }): Promise<BudgetBook> {
    const book = new BudgetBook(options);
    await book.refresh();
    return book;
  }

  /** Whether there is any budget, retired ones included. */
  get hasBudgets(): boolean {
    return this.#budgets.size > 0;
  }

  /** Whether no budget is in force. */
  get isEmpty(): boolean {
    return this.#byKey.size === 0 && this.#forMany.length === 0;
  }

  budget(id: string): BudgetDefinition | undefined {
    return this.#budgets.get(id);
  }

  /** A key's scope; null: there is no such key; undefined: not known yet, see `lookFor`. */
  keyScope(keyId: string): KeyScope | null | undefined {
    return this.#keys.get(keyId) ?? (this.#strangers.has(keyId) ? null : undefined);
  }

  /** Reads the book again for a key that may just have been made, with its budgets. Rejects when it cannot be read. */
  async lookFor(keyId: string): Promise<void> {
    await this.refresh();
    if (this.#keys.has(keyId)) return;
    if (this.#strangers.size >= STRANGERS_MAX) this.#strangers.clear();
    this.#strangers.add(keyId);
  }

  /** The budgets that a request is charged to. */
  chargesOf(request: ChargedRequest): readonly BudgetDefinition[] {
    if (this.isEmpty) return NOTHING;
    const own = this.#byKey.get(request.keyId);
    if (this.#forMany.length === 0) return own?.filter((each) => isCharged(each, request)) ?? NOTHING;
    return [...(own ?? NOTHING), ...this.#forMany].filter((each) => isCharged(each, request));
  }

  /** Reads what has changed. One read after the other, so that an older one never overwrites a newer one's budgets. */
  refresh(): Promise<void> {
    const read = (): Promise<void> => this.#read();
    this.#reading = this.#reading.then(read, read);
    return this.#reading;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#polling[Symbol.asyncDispose]();
    await this.#reading.catch(() => {});
  }

  async #poll(): Promise<void> {
    await this.refresh();
    this.#failing = false;
  }

  #onFailure(error: unknown): void {
    if (!this.#failing) this.#log.error({ err: error }, "the budgets cannot be read; those that held stay so");
    this.#failing = true;
  }

  async #read(): Promise<void> {
    // The revision is read first, so that what changes between the reads is read once more.
    const revision = await readRevision(this.#db);
    if (revision === this.#revision) return;
    const [budgets, keys] = [await readBudgets(this.#db), await readKeyScopes(this.#db)];
    this.#budgets = new Map(budgets.map((budget) => [budget.id, budget]));
    const inForce = budgets.filter(({ retired }) => !retired);
    this.#forMany = inForce.filter(({ scope }) => scope.keyId === null);
    this.#byKey = Map.groupBy(
      inForce.filter(({ scope }) => scope.keyId !== null),
      ({ scope }) => scope.keyId ?? "",
    );
    this.#keys = keys;
    this.#strangers.clear();
    this.#revision = revision;
  }
}
