import { migrate } from "@signalbox/infra/postgres/migrate.ts";
import { withClient } from "@signalbox/infra/postgres/with-client.ts";
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
