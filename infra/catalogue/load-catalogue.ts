import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { operationModels } from "./operation-models.ts";
import { ProviderFile } from "./provider-file.ts";
import { QualityFile } from "./quality-file.ts";

export const CATALOGUE_DATA_DIR = join(import.meta.dirname, "data");
const QUALITY_FILE = join(import.meta.dirname, "quality.json");

/** Everything that the catalogue's files say of models, whether or not they are registered. */
export type KnownModels = {
  /** Provider name → its file, in the order of the names. */
  readonly providers: ReadonlyMap<string, ProviderFile>;
  readonly quality: QualityFile;
  /** The newest date of any provider's file. */
  readonly date: string;
};

/** Reads and checks the catalogue's data files. Throws an Error that names the file and the field at fault. */
export function loadCatalogue(dir: string = CATALOGUE_DATA_DIR, qualityFile: string = QUALITY_FILE): KnownModels {
  const files = readdirSync(dir)
    .filter((name) => name.endsWith(".json"))
    .toSorted();
  const providers = new Map<string, ProviderFile>();
  for (const name of files) {
    const provider = readJson(join(dir, name), ProviderFile);
    if (name !== `${provider.provider}.json`) throw new Error(`${name}: holds the provider ${provider.provider}`);
    const models = [...provider.models, ...operationModels(provider.provider)];
    providers.set(provider.provider, { ...provider, models });
  }
  const dates = [...providers.values()].map(({ date }) => date).toSorted();
  return { providers, quality: readJson(qualityFile, QualityFile), date: dates.at(-1) ?? "" };
}

function readJson<S extends z.ZodType>(file: string, schema: S): z.infer<S> {
  const result = schema.safeParse(JSON.parse(readFileSync(file, "utf8")));
  if (result.success) return result.data;
  throw new Error(`${file}: ${z.prettifyError(result.error)}`);
}
