import { type JsonObject, readJson, type StoredConversation } from "@signalbox/dialects";
import type { Logger } from "@signalbox/kit";
import type { Residency } from "@signalbox/proto";
import { sql, type Kysely } from "kysely";
import type { Config } from "../config.ts";
import type { Principal } from "../keys/key-ring.ts";
import type { ContentSeal } from "./content-seal.ts";
import { itemsOf, pointerIdOf, pointersOf, responseIdAt } from "./item-pointers.ts";
import type { ResponseDatabase } from "./response-database.ts";

/** A response as it was given to its caller, and the whole input that it answered. */
export type StoredResponse = {
  readonly response: JsonObject;
  readonly input: StoredConversation["input"];
  /** What decisions have held the conversation to; whatever goes on from it is held to it, too. */
  readonly residency?: readonly Residency[];
};

/** Items that were kept, by their ids. */
type StoredItems = { readonly items: ReadonlyMap<string, JsonObject>; readonly residency: readonly Residency[] };

/** A response's id, and the end user that its request named; of none it is empty. */
type AskedResponse = { readonly id: string; readonly user: string };

/** Responses that are read for the references of one request. */
const RESPONSES_READ_MAX = 64;
const ID = /^resp_[0-9a-f]{32}$/;
const EVERY_TENANT = "*";
const SWEEP_EVERY_MS = 60_000;
/** A tenant's share is measured again once this part of it has been written anew. */
const MEASURE_AFTER_SHARE = 1 / 16;

/** Stored responses, each of them its tenant's alone. */
export class ResponseStore implements AsyncDisposable {
  readonly #db: Kysely<ResponseDatabase>;
  readonly #seal: ContentSeal;
  readonly #config: Config["responses"];
  readonly #log: Logger;
  readonly #timer: NodeJS.Timeout;
  /** Bytes written since a tenant's share was measured. */
  readonly #written = new Map<string, number>();
  #upkeep: Promise<void> = Promise.resolve();

  constructor(options: { db: Kysely<ResponseDatabase>; seal: ContentSeal; config: Config["responses"]; log: Logger }) {
    this.#db = options.db;
    this.#seal = options.seal;
    this.#config = options.config;
    this.#log = options.log;
    this.#timer = setInterval(() => {
      void this.sweep();
    }, SWEEP_EVERY_MS);
    this.#timer.unref();
  }

  /** Whether responses of this tenant may be kept at all. */
  keepsFor(tenant: string): boolean {
    const { tenants } = this.#config;
    return tenants.includes(EVERY_TENANT) || tenants.includes(tenant);
  }

  /**
   * Keeps a response until its lifetime is over. False when it could not be, is too large, or is of a request that was
   * erased.
   */
  async keep(owner: Principal, { id, user }: AskedResponse, stored: StoredResponse): Promise<boolean> {
    const { tenant } = owner;
    const { entryMaxBytes, ttlSeconds } = this.#config;
    const content = Buffer.from(JSON.stringify(stored));
    if (content.length > entryMaxBytes) return false;
    const nowMs = Date.now();
    const times = { created_at: new Date(nowMs), expires_at: new Date(nowMs + ttlSeconds * 1_000) };
    try {
      const sealed = this.#seal.seal(owner, id, content);
      const pointers = pointersOf(stored.response, id, { seal: this.#seal, owner });
      const rows = [{ id, sealed }, ...pointers].map((row) => ({ tenant, ...row, ...times }));
      const isStored = await this.#db.transaction().execute(async (db) => {
        if (await isErased(db, { tenant, id, user })) return false;
        // Hosts that number their items anew in each response give the same id again: the last one is meant.
        const again = pointers.map((pointer) => pointer.id);
        const old = db.deleteFrom("stored_response").where("tenant", "=", tenant);
        if (again.length > 0) await old.where("id", "in", again).execute();
        await db
          .insertInto("stored_response")
          .values(rows)
          .onConflict((conflict) => conflict.columns(["tenant", "id"]).doNothing())
          .execute();
        return true;
      });
      if (!isStored) return false;
      this.#count(
        tenant,
        rows.reduce((bytes, row) => bytes + row.sealed.length, 0),
      );
      return true;
    } catch (error) {
      this.#log.error({ err: error, tenant, id }, "a response could not be kept");
      return false;
    }
  }

  /** A response of this tenant that is still kept; null for any other. */
  async read(owner: Principal, id: string): Promise<StoredResponse | null> {
    if (!ID.test(id)) return null;
    const row = await this.#db
      .selectFrom("stored_response")
      .select("sealed")
      .where("tenant", "=", owner.tenant)
      .where("id", "=", id)
      .where("expires_at", ">", new Date())
      .executeTakeFirst();
    const content = row === undefined ? null : this.#seal.open(owner, id, row.sealed);
    return content === null ? null : (readJson(content.toString("utf8")) as StoredResponse);
  }

  /** The items with these ids, of responses of this tenant that are still kept, and what their conversations are held to. */
  async readItems(owner: Principal, ids: readonly string[]): Promise<StoredItems> {
    const pointers = await this.#db
      .selectFrom("stored_response")
      .select(["id", "sealed"])
      .where("tenant", "=", owner.tenant)
      .where("id", "in", [...new Set(ids.map(pointerIdOf))])
      .where("expires_at", ">", new Date())
      .execute();
    const byPlace = new Map(pointers.map((pointer) => [pointer.id, pointer]));
    const wanted = new Set(ids);
    const items = new Map<string, JsonObject>();
    const residency = new Set<Residency>();
    let reads = 0;
    // The last response holds the whole conversation, and with it nearly always all that is referred to.
    for (const itemId of ids.toReversed()) {
      const pointer = items.has(itemId) ? undefined : byPlace.get(pointerIdOf(itemId));
      const id = pointer === undefined ? null : responseIdAt(pointer, { seal: this.#seal, owner });
      if (id === null || reads === RESPONSES_READ_MAX) continue;
      reads += 1;
      const stored = await this.read(owner, id);
      for (const item of stored === null ? [] : [...itemsOf(stored.response), ...stored.input.toReversed()]) {
        const named = item["id"];
        if (typeof named === "string" && wanted.has(named) && !items.has(named)) items.set(named, item);
      }
      for (const each of stored?.residency ?? []) residency.add(each);
    }
    return { items, residency: [...residency] };
  }

  /** False when there was none to remove. */
  async remove({ tenant }: Principal, id: string): Promise<boolean> {
    if (!ID.test(id)) return false;
    const removed = await this.#db
      .deleteFrom("stored_response")
      .where("tenant", "=", tenant)
      .where("id", "=", id)
      .where("expires_at", ">", new Date())
      .executeTakeFirst();
    return removed.numDeletedRows > 0n;
  }

  /** Removes what is past its lifetime, and the oldest of tenants that have more than their share. Done once a minute. */
  sweep(): Promise<void> {
    return this.#later(async () => {
      await this.#db.deleteFrom("stored_response").where("expires_at", "<=", new Date()).execute();
      for (const tenant of this.#written.keys()) await this.#trim(tenant);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#upkeep;
  }

  #count(tenant: string, bytes: number): void {
    const written = (this.#written.get(tenant) ?? 0) + bytes;
    this.#written.set(tenant, written);
    if (written >= this.#config.tenantMaxBytes * MEASURE_AFTER_SHARE) void this.#later(() => this.#trim(tenant));
  }

  /** One piece of the upkeep after the other. Never rejects. */
  #later(work: () => Promise<void>): Promise<void> {
    this.#upkeep = this.#upkeep.then(work).catch((error: unknown) => {
      this.#log.warn({ err: error }, "the stored responses could not be looked after");
    });
    return this.#upkeep;
  }

  /** Removes the oldest of a tenant that has more than its share. */
  async #trim(tenant: string): Promise<void> {
    this.#written.delete(tenant);
    await sql`
      delete from stored_response where tenant = ${tenant} and id in (
        select id from (
          select id, sum(size) over (order by created_at desc, id desc) as held
          from stored_response where tenant = ${tenant}
        ) each where held > ${this.#config.tenantMaxBytes}
      )`.execute(this.#db);
  }
}

/** Whether its request came before an erasure that takes it. Until the transaction ends, no erasure begins. */
async function isErased(
  db: Kysely<ResponseDatabase>,
  { tenant, id, user }: AskedResponse & { readonly tenant: string },
): Promise<boolean> {
  // The rest of the id is the request's.
  const requestId = id.slice("resp_".length);
  const { rows } = await sql<{ held: boolean }>`
    select is_erased(${tenant}, ${requestId}::uuid, ${user}) as held`.execute(db);
  return rows[0]?.held === true;
}
