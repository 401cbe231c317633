import { readFileSync } from "node:fs";
import { Catalogue, type Endpoint } from "@signalbox/proto";
import { z } from "zod";
import { configuredPrice } from "../../catalogue/build-endpoint.ts";
import { PriceConfig } from "../../catalogue/price-config.ts";
import type { ApiClient } from "../api-client.ts";
import { DecisionList } from "../decision-record.ts";
import { failure } from "../failure.ts";
import { effectiveAt, policyFilesAt, versionOf } from "../policy/policy-files-at.ts";

/** Endpoint id → its price, as the config file writes it. */
const PriceList = z.record(z.string(), PriceConfig);

type OtherDocuments = {
  readonly policy?: string;
  readonly catalogue?: string;
  readonly prices?: string;
  readonly classifier?: string;
};

/** The fields of an order that say by which documents it is decided: digests, or the documents of files. */
export async function otherDocuments(
  { api, home }: { readonly api: ApiClient; readonly home: string },
  documents: OtherDocuments,
): Promise<object> {
  const { policy, catalogue, prices, classifier } = documents;
  const priced = prices === undefined ? undefined : withPrices(await catalogueOf(api, catalogue), prices);
  return {
    ...(policy === undefined ? {} : await policyOf(policy, home)),
    ...named("classifier", classifier),
    ...(priced === undefined ? named("catalogue", catalogue) : { catalogue_document: priced }),
  };
}

/** A policy's files, as every policy is written, or the JSON document of one. */
async function policyOf(given: string, home: string): Promise<object> {
  if (given.startsWith("sha256:")) return { policy: given };
  const files = await policyFilesAt(given);
  const document = files.length === 1 ? documentIn(files[0]?.text ?? "") : null;
  return { policy_document: document ?? (await effectiveAt(versionOf(files), home)) };
}

/** The text's JSON, where it says of itself that it is a document as decisions name them; null for what people write. */
function documentIn(text: string): unknown {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === "object" && json !== null && "schema" in json ? json : null;
  } catch {
    return null;
  }
}

function named(name: "catalogue" | "classifier", given: string | undefined): object {
  if (given === undefined) return {};
  return given.startsWith("sha256:") ? { [name]: given } : { [`${name}_document`]: readJson(given) };
}

/** The one that is given, else that of the newest decision. */
async function catalogueOf(api: ApiClient, given: string | undefined): Promise<Catalogue> {
  if (given !== undefined && !given.startsWith("sha256:")) return Catalogue.parse(readJson(given));
  const { data } = await api.call(DecisionList, { path: "/v1/decisions", query: { limit: 1 } });
  const digest = given ?? data[0]?.decision?.input.documents.catalogue;
  if (digest === undefined) {
    throw failure("not-found", "The register holds no decision whose prices could be changed.", "Give --catalogue.");
  }
  return api.call(Catalogue, { path: `/v1/documents/${digest}` });
}

function withPrices(catalogue: Catalogue, file: string): Catalogue {
  const list = PriceList.safeParse(readJson(file));
  if (!list.success) {
    throw failure(
      "invalid-request",
      `${file}: ${z.prettifyError(list.error)}`,
      'Write it like {"openai/gpt-5": {"inputUsdPerMillion": 1, "outputUsdPerMillion": 8}}.',
    );
  }
  const known = new Set(catalogue.endpoints.map(({ id }) => id));
  const unknown = Object.keys(list.data).find((id) => !known.has(id));
  if (unknown !== undefined) {
    throw failure(
      "invalid-request",
      `${file}: the catalogue has no endpoint ${unknown}.`,
      "`models` shows what there is.",
    );
  }
  const priced = (endpoint: Endpoint): Endpoint => {
    const price = list.data[endpoint.id];
    return price === undefined
      ? endpoint
      : { ...endpoint, price: configuredPrice(endpoint.provider, endpoint.model, price) };
  };
  return { ...catalogue, endpoints: catalogue.endpoints.map(priced) };
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw failure(
      "invalid-request",
      `${file} cannot be read: ${(error as Error).message}`,
      "Name a JSON file, or a digest.",
    );
  }
}
