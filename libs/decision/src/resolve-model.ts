import type { Strategy } from "@signalbox/proto";
import type { ModelRequest } from "./parse-model.ts";
import type { PreparedDocuments } from "./prepare-documents.ts";

/** `families`: whose hosts may answer; one, unless several models share the name. */
type PinnedModel = {
  readonly kind: "pinned";
  readonly strategy: Extract<Strategy, "pinned">;
  readonly name: string;
  readonly families: readonly string[];
};

/** A model request that the catalogue can meet. */
export type ResolvedModel = Extract<ModelRequest, { kind: "auto" }> | PinnedModel;

/** null: nothing in the catalogue has that name. An endpoint id outweighs a model name that reads the same. */
export function resolvePinned(name: string, documents: PreparedDocuments): PinnedModel | null {
  const exact = documents.byId.get(name);
  const families = exact === undefined ? documents.familiesByName.get(name) : [exact.endpoint.family];
  return families === undefined ? null : { kind: "pinned", strategy: "pinned", name, families };
}
