import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freshDatabase, type FreshDatabase } from "../kit/postgres.ts";
import { EscrowTwin } from "./escrow-twin.ts";

/*
 * Goal: the functions in the database are the pure account, step by step. Random steps are taken by both, and after each
 * of them both say the same of what is settled, outstanding, leased, in excess and rolled off.
 */

const SCHEDULES = 25;
const STEPS = 30;

let database: FreshDatabase;
let owner: Client;
let policy: Client;

beforeAll(async () => {
  database = await freshDatabase();
  owner = new Client({ connectionString: database.ownerUrl });
  policy = new Client({ connectionString: database.urlFor("policy") });
  await Promise.all([owner.connect(), policy.connect()]);
});
afterAll(async () => {
  await Promise.all([owner.end(), policy.end()]);
  await database[Symbol.asyncDispose]();
});

test("B1 the database's accounts are the pure ones, and the entries of money add up to them", async () => {
  for (let seed = 0; seed < SCHEDULES; seed += 1) {
    const twin = new EscrowTwin(seed, { owner, policy });
    await twin.begin();
    for (let step = 0; step < STEPS; step += 1) {
      await twin.step();
      await twin.check();
    }
    const { entries, account } = await twin.sums();
    expect(entries).toEqual(account);
    expect(await twin.named()).toBe(twin.booked);
  }
});

test("policy's role takes these steps and no others", async () => {
  for (const statement of [
    "update budget_account set settled = 0",
    "insert into budget_entry (account) values (1)",
    "delete from budget_reservation",
    "update budget set amount = 1",
    "select hash from virtual_key",
    "update budget_cursor set next_idx = 0",
    "select budget_book_settled('[]')",
  ]) {
    await expect(policy.query(statement)).rejects.toThrow("permission denied");
  }
  await expect(owner.query("delete from budget_entry")).rejects.toThrow("append-only");
});
