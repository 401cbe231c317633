import { setTimeout as sleep } from "node:timers/promises";
import { migrate } from "@signalbox/infra/postgres/migrate.ts";
import { withClient } from "@signalbox/infra/postgres/with-client.ts";
import { withKysely } from "@signalbox/infra/postgres/with-kysely.ts";
import { sql } from "kysely";
import { expect, test } from "vitest";
import { freshDatabase } from "../kit/postgres.ts";

/*
 * Goal: whoever goes back a version is told so before anything is changed, in words that say what to do.
 */

test("a database that a later version has changed is refused, and one of this version is not", async () => {
  await using database = await freshDatabase();
  const owner = database.ownerUrl;
  expect(await migrate(owner)).toEqual([]);
  await withClient(owner, (client) =>
    client.query("insert into kysely_migration (name, timestamp) values ('9999-of-tomorrow', '2030-01-01')"),
  );
  await expect(migrate(owner)).rejects.toThrow(/\(9999-of-tomorrow\), most likely a later one\. Start that version/);
});

const END_OWN = "select pg_terminate_backend(pg_backend_pid())";

test("a connection that the server ends fails its query, and nothing else of the process", async () => {
  await using database = await freshDatabase();
  const { ownerUrl } = database;
  await expect(withClient(ownerUrl, (client) => client.query(END_OWN))).rejects.toThrow(/terminat/);
  await expect(withKysely(ownerUrl, (db) => sql.raw(END_OWN).execute(db))).rejects.toThrow(/terminat/);
});

test("nor does one that ends while nothing is asked over it", async () => {
  await using database = await freshDatabase();
  const { ownerUrl } = database;
  const others =
    "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database()";
  await withKysely(ownerUrl, async (db) => {
    await sql`select 1`.execute(db);
    await withClient(ownerUrl, (client) => client.query(others));
    await sleep(50);
    expect((await sql`select 1`.execute(db)).rows).toHaveLength(1);
  });
});
