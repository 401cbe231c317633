import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Catalogue, type Endpoint, type HealthSnapshot } from "@signalbox/proto";
import type { Command } from "commander";
import { z } from "zod";
import { does, type Cli } from "../command-context.ts";
import { EXIT } from "../failure.ts";
import { formatMicroUsd } from "../format/money.ts";
import { formatTable } from "../format/table.ts";

const ModelList = z.looseObject({ data: z.array(z.looseObject({ id: z.string(), owned_by: z.string() })) });

/** A model as the line offers it; details are null where the home folder does not tell them. */
type Model = {
  id: string;
  provider: string;
  endpoint: Endpoint | null;
  health: HealthSnapshot["endpoints"][number] | "untried" | "unknown";
};

export function addModels(program: Command, cli: Cli): void {
  const models = program
    .command("models")
    .description("The models that this line may choose among, with limits, prices, quality and health.")
    .option("--provider <name>", "only this provider's")
    .addHelpText(
      "after",
      "\nPrices are USD per million tokens, of the first price tier. A quality that nobody has measured or declared is\n" +
        "unknown. Details and health are read through the home folder; with --url alone only names are shown.\n\n" +
        "Examples:\n  npm run -s signalbox -- models --provider openai\n  npm run -s signalbox -- models --json",
    );
  does<{ provider?: string }>(models, cli, async ({ connect, options, print }) => {
    const { api, connection } = connect();
    const offered = await api.call(ModelList, { path: "/v1/models" });
    // A folder that belongs to another line than --url names says nothing about this one.
    const local = connection.runtime?.baseUrl === connection.baseUrl;
    // The NATS client is slow to load, so only who needs it does.
    const { readHealth } = await import("../read-health.ts");
    const endpoints = local ? readCatalogue(connection.home) : new Map<string, Endpoint>();
    const health = local ? await readHealth(connection.runtime?.natsUrl) : null;
    const shown = offered.data
      .map(({ id, owned_by: provider }): Model => ({
        id,
        provider,
        endpoint: endpoints.get(id) ?? null,
        health: health === null ? "unknown" : (health.get(id) ?? "untried"),
      }))
      .filter(({ provider }) => options.provider === undefined || provider === options.provider);
    print({ models: shown }, () => formatModels(shown));
    return EXIT.ok;
  });
}

/** The catalogue document that the running line uses; empty when it cannot be read from here. */
function readCatalogue(home: string): Map<string, Endpoint> {
  try {
    const { endpoints } = Catalogue.parse(
      JSON.parse(readFileSync(join(home, "run", "catalogue-document.json"), "utf8")),
    );
    return new Map(endpoints.map((endpoint) => [endpoint.id, endpoint]));
  } catch {
    return new Map();
  }
}

function formatModels(models: readonly Model[]): string {
  return formatTable(
    [
      { title: "ENDPOINT" },
      { title: "CONTEXT", align: "right" },
      { title: "IN $/M", align: "right" },
      { title: "OUT $/M", align: "right" },
      { title: "QUALITY", align: "right" },
      { title: "HEALTHY" },
    ],
    models.map(({ id, endpoint, health }) => {
      const price = endpoint?.price?.[0];
      return [
        id,
        endpoint?.contextTokens?.toLocaleString("en-US") ?? "—",
        price === undefined ? unpriced(endpoint) : formatMicroUsd(price.input),
        price === undefined ? unpriced(endpoint) : formatMicroUsd(price.output),
        qualityOf(endpoint),
        // `auto` and its strategies are no endpoints.
        endpoint === null ? "—" : healthOf(health),
      ];
    }),
  );
}

function unpriced(endpoint: Endpoint | null): string {
  return endpoint === null ? "—" : "unpriced";
}

function qualityOf(endpoint: Endpoint | null): string {
  if (endpoint === null) return "—";
  const quality = endpoint.quality.default;
  return quality === undefined ? "unknown" : (quality.value / 1_000_000).toFixed(3);
}

const UNUSABLE = {
  "upstream-auth": "its provider does not accept the key or its account; ",
  "upstream-not-found": "its provider does not know the model; ",
} as const;

function healthOf(health: Model["health"]): string {
  if (typeof health === "string") return health;
  const why = health.unusable === undefined ? "" : UNUSABLE[health.unusable];
  if (health.openUntilMs > Date.now()) return `no, ${why}tried again at ${new Date(health.openUntilMs).toISOString()}`;
  if (why !== "") return `no, ${why}tried again by the next request`;
  return health.failuresInRow > 0 ? `yes, ${health.failuresInRow} failures in a row` : "yes";
}
