import type { Command } from "commander";
import { z } from "zod";
import { does, type Cli } from "../command-context.ts";
import { EXIT, failure } from "../failure.ts";
import { oneOf } from "../option-values.ts";
import { addKeySettings, keySettingsOf, type KeyOptions } from "./key-settings.ts";

const ChangedKey = z.looseObject({ id: z.string() });

/** What can be taken away again, by the admin API's names. */
const LIFTED = {
  team: "team",
  project: "project",
  user: "user",
  "service-account": "serviceAccount",
  models: "models",
  routes: "routes",
  endpoints: "endpoints",
  regions: "regions",
  operations: "operations",
  networks: "networks",
  budget: "budget",
  limits: "limits",
  expires: "expiresAt",
} as const;
const LIFTED_WORDS = Object.keys(LIFTED) as (keyof typeof LIFTED)[];

/** Another bound for a key that there is. */
export function addKeyChange(keys: Command, cli: Cli): void {
  const change = keys
    .command("change")
    .argument("<id>", "the key's id, as `keys list` shows it")
    .option("--name <name>", "what you will know it by")
    .description("Changes what a key is bound to; it holds within a second, and its secret stays.");
  addKeySettings(change)
    .option("--lift <words>", `takes away again: ${LIFTED_WORDS.join(", ")}`, oneOf(LIFTED_WORDS))
    .addHelpText(
      "after",
      "\nExamples:\n  npm run -s signalbox -- keys change 0a1b2c3d4e5f --models 'openai/*' --rpm 120\n" +
        "  npm run -s signalbox -- keys change 0a1b2c3d4e5f --lift networks,expires",
    );
  type Options = KeyOptions & { name?: string; lift?: (keyof typeof LIFTED)[] };
  does<Options>(change, cli, async ({ connect, options, print }, id = "") => {
    const lifted = Object.fromEntries((options.lift ?? []).map((word) => [LIFTED[word], null]));
    const given = Object.entries({ name: options.name, ...keySettingsOf(options) });
    const body = { ...Object.fromEntries(given.filter(([, value]) => value !== undefined)), ...lifted };
    if (Object.keys(body).length === 0) {
      throw failure("invalid-request", "Nothing to change is given.", "See `keys change --help`.");
    }
    const path = `/admin/v1/keys/${encodeURIComponent(id)}`;
    const changed = await connect().api.call(ChangedKey, { method: "PATCH", path, body });
    print(changed, () => `changed ${changed.id}`);
    return EXIT.ok;
  });
}
