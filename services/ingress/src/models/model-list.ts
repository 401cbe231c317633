import { readFile, stat } from "node:fs/promises";
import { Catalogue } from "@signalbox/proto";

/** A model as OpenAI's API lists it. */
export type ListedModel = {
  readonly id: string;
  readonly object: "model";
  /** Unix time in seconds. */
  readonly created: number;
  readonly owned_by: string;
};

/** What may be asked for: the strategies, then the catalogue's endpoints. */
export type ModelList = { read(): Promise<ReadonlyMap<string, ListedModel>> };

const AUTO_MODELS = ["auto", "auto:cost", "auto:latency", "auto:quality"];

/** Reads the catalogue file now, and again when it has changed. Throws when it cannot be read or used at the start. */
export async function openModelList(path: string): Promise<ModelList> {
  let known = await load(path);
  return {
    async read() {
      const { mtimeMs } = await stat(path);
      // A change that cannot be used leaves the last good list in force.
      if (mtimeMs !== known.mtimeMs) known = await load(path).catch(() => ({ ...known, mtimeMs }));
      return known.models;
    },
  };
}

async function load(path: string): Promise<{ models: ReadonlyMap<string, ListedModel>; mtimeMs: number }> {
  const { mtimeMs } = await stat(path);
  const { endpoints, date } = Catalogue.parse(JSON.parse(await readFile(path, "utf8")));
  const models = AUTO_MODELS.map((id) => listed({ id, created: date, owner: "signalbox" }));
  for (const { id, released, provider } of endpoints) {
    models.push(listed({ id, created: released ?? date, owner: provider }));
  }
  return { models: new Map(models.map((model) => [model.id, model])), mtimeMs };
}

function listed(model: { id: string; created: string; owner: string }): ListedModel {
  const createdMs = Date.parse(model.created);
  return {
    id: model.id,
    object: "model",
    created: Number.isNaN(createdMs) ? 0 : Math.floor(createdMs / 1_000),
    owned_by: model.owner,
  };
}
