import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { readRuntime } from "@signalbox/infra/cli/connection.ts";
import { withOwnerDatabase } from "@signalbox/infra/cli/owner-database.ts";
import { prepareKeys } from "@signalbox/infra/deployment/prepare-keys.ts";
import { prepareLine } from "@signalbox/infra/deployment/prepare-line.ts";
import { natsKeys } from "@signalbox/infra/nats/nats-keys.ts";
import { startNats } from "@signalbox/infra/nats/start-nats.ts";
import { startPostgres } from "@signalbox/infra/postgres/start-postgres.ts";
import { freePort } from "@signalbox/infra/process/free-port.ts";
import { Catalogue, STAGES } from "@signalbox/proto";
import { afterAll, expect, inject, test } from "vitest";

/*
 * Goal: the steps that infra/compose.yaml runs prepare a line over neighbours that were started elsewhere, and can be
 * repeated. What they write is what each service accepts.
 */

const home = mkdtempSync(join(tmpdir(), "signalbox-deployment-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const signedHead = join(home, "ledger/signed-head.json");

/** What a service's config says of what is looked at here. */
type Written = {
  readonly healthHost?: string;
  readonly timeouts?: { readonly totalMs: number };
  readonly deadlines?: { readonly answerTimeoutMs: number };
};

function configOf(stage: string): Written {
  return JSON.parse(readFileSync(join(home, "run", `${stage}.json`), "utf8")) as Written;
}

const REFUSED = [
  [
    "guardrails:\n  enabled: true\n  detect: {patterns: [{name: a, expression: '(?<=x)y', maxChars: 9}]}\n",
    "3: guardrails.detect",
  ],
  [
    "budgets:\n  webhook: { url: https://example.org/, secretFile: /nowhere }\n",
    "2: budgets.webhook.secretFile cannot be read",
  ],
  ["register:\n  witnessPolicy: /nowhere\n", "2: register.witnessPolicy cannot be read"],
] as const;

test("two preparing steps make all that the services' containers need", async () => {
  prepareKeys(home);
  expect(JSON.parse(readFileSync(join(home, "nats/nats.conf"), "utf8"))).toMatchObject({
    host: "0.0.0.0",
    port: 4_222,
  });
  const neighbours = join(home, "neighbours");
  const logFile = join(home, "logs/neighbours.log");
  await using postgres = await startPostgres({ dir: neighbours, port: await freePort(), logFile });
  const keys = natsKeys(join(home, "keys/nats"));
  const { natsBinary: binary } = inject("neighbours");
  await using nats = await startNats({ binary, dir: neighbours, port: await freePort(), keys, logFile });
  const env = {
    POSTGRES_URL: postgres.superUrl,
    NATS_ADDRESS: `127.0.0.1:${nats.port}`,
    SIMULATOR_URL: "http://simulator:8794/v1",
  };
  await prepareLine({ home, configFile: undefined, env });
  const credentials = readFileSync(join(home, "credentials"), "utf8");
  await prepareLine({ home, configFile: undefined, env });
  expect(readFileSync(join(home, "credentials"), "utf8")).toBe(credentials);

  // What `npm start` refuses is refused here too: the config's faults at their line, and a database that was put back.
  const configFile = join(home, "config.yaml");
  for (const [text, refusal] of REFUSED) {
    writeFileSync(configFile, text);
    await expect(prepareLine({ home, configFile, env })).rejects.toThrow(`${configFile}:${refusal}`);
  }
  // The command line finds the line by the services' names, and the database without one in its home folder.
  const runtime = readRuntime(home);
  expect(runtime).toMatchObject({ baseUrl: "http://ingress:8790", grpc: { ledger: "audit-ledger:8791" } });
  expect(runtime?.metricsUrls?.["policy"]).toBe("http://policy:8798/metrics");
  const { rows } = await withOwnerDatabase({ home }, (client) => client.query("select current_user"));
  expect(rows).toEqual([{ current_user: "signalbox_owner" }]);
  const root = Buffer.alloc(32).toString("base64");
  mkdirSync(join(home, "ledger"), { recursive: true });
  writeFileSync(signedHead, JSON.stringify({ origin: "signalbox.local/register", size: 8, root }));
  await expect(prepareLine({ home, configFile: undefined, env })).rejects.toThrow(
    "The log has 0 leaves, but 8 were signed",
  );
  rmSync(signedHead);

  const catalogue = Catalogue.parse(JSON.parse(readFileSync(join(home, "run/catalogue-document.json"), "utf8")));
  expect(new Set(catalogue.endpoints.map(({ provider }) => provider))).toEqual(new Set(["simulator"]));
  for (const stage of STAGES) {
    const file = join(home, "run", `${stage}.json`);
    const main = join(import.meta.dirname, "../../services", stage, "src/main.ts");
    const { stdout } = await promisify(execFile)(process.execPath, [main, "--check", "--config", file]);
    expect([stdout, statSync(file).mode & 0o777]).toEqual([`${stage}: config ok\n`, 0o600]);
    // Whoever gathers metrics runs in another container; ingress has them at its own address.
    expect(configOf(stage).healthHost).toBe(stage === "ingress" ? undefined : "0.0.0.0");
  }
  // A dispatcher that gave up earlier would cut off answers for which ingress still waits.
  expect(configOf("dispatcher").timeouts?.totalMs).toBe(configOf("ingress").deadlines?.answerTimeoutMs);
});
