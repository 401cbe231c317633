import { egressOf, type JsonObject } from "@signalbox/dialects";
import type { CostDoubt, WireName } from "@signalbox/proto";
import { billedUsage } from "../../services/dispatcher/src/billed-usage.ts";
import { costDoubtsOf } from "../../services/dispatcher/src/cost-doubts.ts";
import { costPicoUsdOf } from "../../services/dispatcher/src/cost.ts";
import { buildEndpoint } from "./build-endpoint.ts";
import { loadCatalogue } from "./load-catalogue.ts";
import type { PriceConfig } from "./price-config.ts";

const known = loadCatalogue();

/** What a provider reports, and what it costs at the catalogue's prices, by a sum that was done by hand. */
export type Golden = {
  readonly what: string;
  readonly endpoint: readonly [provider: string, model: string];
  /** The config's, of a model that the catalogue does not know. */
  readonly price?: PriceConfig;
  readonly wire: WireName;
  readonly body: JsonObject;
  readonly pico: string;
  readonly doubts?: readonly CostDoubt[];
};

type Reported = Pick<Golden, "wire" | "body">;

export const chat = (usage: object, beside: object = {}): Reported => {
  return { wire: "openai-chat", body: { usage, ...beside } };
};
export const response = (usage: object, beside: object = {}): Reported => {
  return { wire: "openai-responses", body: { usage, output: [], ...beside } };
};
export const claude = (usage: object): Reported => ({ wire: "anthropic-messages", body: { usage } });
export const gemini = (usageMetadata: object, beside: object = {}): Reported => {
  return { wire: "gemini", body: { usageMetadata, ...beside } };
};

/** Rows of a `test.each`, with their titles. */
export function titled(goldens: readonly Golden[]): [string, Golden][] {
  return goldens.map((each) => [`${each.endpoint.join("/")}: ${each.what}`, each]);
}

/** What the catalogue's prices make of a report. */
export function settled({ endpoint: [provider, id], price: given, wire, body }: Golden): object {
  const model = { id, ...(given === undefined ? {} : { price: given }) };
  const { price } = buildEndpoint({ known, provider, model });
  const usage = egressOf(wire).reportedUsage(body);
  if (usage === null) return { source: "none" };
  const { source } = usage;
  return { source, pico: costPicoUsdOf(billedUsage(usage), price), doubts: costDoubtsOf(usage, { price, choices: 1 }) };
}

/** The same as it was done by hand. */
export function byHand({ pico, doubts = [] }: Golden): object {
  return { source: "reported", pico, doubts };
}
