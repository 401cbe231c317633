import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Config as LedgerConfig } from "@signalbox/audit-ledger/config";
import { Config as CacheConfig } from "@signalbox/cache/config";
import { Config as ClassifierConfig } from "@signalbox/classifier/config";
import { Config as DispatcherConfig } from "@signalbox/dispatcher/config";
import { Config as IngressConfig } from "@signalbox/ingress/config";
import { Config as PolicyConfig } from "@signalbox/policy/config";
import { STAGES } from "@signalbox/proto";
import { afterAll, expect, test } from "vitest";
import { z } from "zod";
import { DEPLOYED_PORTS } from "../deployment/deployed-places.ts";
import { openHome } from "../home/home.ts";
import { lineKeys } from "../home/line-keys.ts";
import { ONE_MACHINE, renderServiceConfigs } from "./render-service-configs.ts";
import { SignalboxConfig } from "./signalbox-config.ts";

const dir = mkdtempSync(join(tmpdir(), "signalbox-render-"));
afterAll(() => rmSync(dir, { recursive: true }));
const home = openHome(dir);
const keys = lineKeys(home);

const SCHEMAS: Readonly<Record<(typeof STAGES)[number], z.ZodType>> = {
  ingress: IngressConfig,
  classifier: ClassifierConfig,
  cache: CacheConfig,
  policy: PolicyConfig,
  dispatcher: DispatcherConfig,
  "audit-ledger": LedgerConfig,
};

type JsonSchema = { readonly properties?: Readonly<Record<string, JsonSchema>>; minimum?: number; maximum?: number };

/** The paths of all numbers in these sections, each with its bounds. */
function boundsIn(
  { properties = {}, minimum, maximum }: JsonSchema,
  path: readonly string[] = [],
): [string[], number][] {
  const bounds = [minimum, maximum].filter((bound) => bound !== undefined);
  return [
    ...bounds.map((bound): [string[], number] => [[...path], bound]),
    ...Object.entries(properties).flatMap(([name, each]) => boundsIn(each, [...path, name])),
  ];
}

const fields = boundsIn(z.toJSONSchema(SignalboxConfig, { io: "input" }) as JsonSchema);

test.each(fields)("what the file may say is taken by every service: %j at %d", (path, value) => {
  const written = path.reduceRight<unknown>((inner, name) => ({ [name]: inner }), value);
  const rendered = renderServiceConfigs({
    places: ONE_MACHINE,
    config: SignalboxConfig.parse(written),
    home,
    keys,
    ports: DEPLOYED_PORTS,
    providers: {},
    natsUrl: "nats://127.0.0.1:4222",
    postgresUrl: (role) => `postgresql://${role}@127.0.0.1/signalbox`,
  });
  for (const stage of STAGES) expect(SCHEMAS[stage].safeParse(rendered[stage]).error).toBeUndefined();
});

/** Beyond it Node's timers fire at once. */
const TIMER_MAX_MS = 2 ** 31 - 1;

test("no time that the file may say is longer than a timer can be", () => {
  const beyond = fields.filter(([path, bound]) => path.at(-1)?.endsWith("Ms") === true && bound > TIMER_MAX_MS);
  expect(beyond).toEqual([]);
});
