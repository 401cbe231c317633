import { join } from "node:path";
import { claimHome } from "../home/claim-home.ts";
import { openHome } from "../home/home.ts";
import { lineKeys } from "../home/line-keys.ts";
import { urlForRole } from "../postgres/roles.ts";
import { startPostgres } from "../postgres/start-postgres.ts";
import { freePort } from "../process/free-port.ts";

/** Works with the database of a home folder over which no line runs: its PostgreSQL runs for so long, and no line can start. */
export async function withHomeDatabase<T>(dir: string, work: (ownerUrl: string) => Promise<T>): Promise<T> {
  const home = openHome(dir);
  using _claim = await claimHome(home);
  const logFile = join(home.logs, "postgres.log");
  await using server = await startPostgres({ dir: home.postgres, port: await freePort(), logFile });
  return await work(urlForRole({ superUrl: server.superUrl, role: "owner", passwords: lineKeys(home).postgres }));
}
