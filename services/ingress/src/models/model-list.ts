import { readFile, stat } from "node:fs/promises";
import { Catalogue, type Operation, OPERATIONS } from "@signalbox/proto";

/** A model as OpenAI's API lists it. */
export type ListedModel = {
  readonly id: string;
  readonly object: "model";
  /** Unix time in seconds. */
  readonly created: number;
  readonly owned_by: string;
};

/** The models that a request may name: `auto` with its strategies, then the catalogue's endpoints. */
export type ModelList = {
  read(): Promise<ReadonlyMap<string, ListedModel>>;
  /** A model by any name that requests may use: its id, its name without a provider, or its family. */
  find(name: string): Promise<ListedModel | undefined>;
  /** The ids and names of models that embed. */
  embedders(): Promise<ReadonlySet<string>>;
  /** The ids of the endpoints that serve the operation. */
  serving(operation: Operation): Promise<readonly string[]>;
};

const AUTO_MODELS = ["auto", "auto:cost", "auto:latency", "auto:quality"];

/** Reads the catalogue file now, and again when it has changed. Rejects when it cannot be used the first time. */
export async function openModelList(path: string): Promise<ModelList> {
  let known = await load(path);
  async function current(): Promise<Loaded> {
    const { mtimeMs } = await stat(path);
    // A change that cannot be used leaves the last good list in force.
    if (mtimeMs !== known.mtimeMs) known = await load(path).catch(() => ({ ...known, mtimeMs }));
    return known;
  }
  return {
    read: async () => (await current()).models,
    find: async (name) => {
      const { models, named } = await current();
      return models.get(name) ?? named.get(name);
    },
    embedders: async () => (await current()).embedders,
    serving: async (operation) => (await current()).serving.get(operation) ?? [],
  };
}

type Loaded = {
  readonly models: ReadonlyMap<string, ListedModel>;
  readonly named: ReadonlyMap<string, ListedModel>;
  readonly embedders: ReadonlySet<string>;
  readonly serving: ReadonlyMap<Operation, readonly string[]>;
  readonly mtimeMs: number;
};

async function load(path: string): Promise<Loaded> {
  const { mtimeMs } = await stat(path);
  const { endpoints, date } = Catalogue.parse(JSON.parse(await readFile(path, "utf8")));
  const models = AUTO_MODELS.map((id) => listed({ id, created: date, owner: "signalbox" }));
  const named = new Map<string, ListedModel>();
  const embedders = new Set<string>();
  for (const { id, model, family, released, provider, operations } of endpoints) {
    const of = { created: released ?? date, owner: provider };
    models.push(listed({ id, ...of }));
    for (const name of [model, family]) if (!named.has(name)) named.set(name, listed({ id: name, ...of }));
    if (operations?.includes("embeddings") === true) for (const name of [id, model, family]) embedders.add(name);
  }
  const serving = OPERATIONS.map((operation) => {
    const serves = endpoints.filter(({ operations = ["chat"] }) => operations.includes(operation));
    return [operation, serves.map(({ id }) => id)] as const;
  });
  const byId = new Map(models.map((model) => [model.id, model]));
  return { models: byId, named, embedders, serving: new Map(serving), mtimeMs };
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
