import type { TranslationLoss } from "@signalbox/proto";
import { isObject } from "../check/check-value.ts";
import { LossList } from "./loss.ts";
import type { JsonObject } from "./source.ts";

/**
 * What a parser reads of an object. `read`: the neutral form holds it, whatever is in it. `unheld`: the dialect defines it, and the
 * neutral form has no place for it. A list of one stands for the items of an array; a text in place of an object or a list is read.
 */
export type ReadFields = { readonly [field: string]: "read" | "unheld" | ReadFields | readonly [ReadFields] };

const DEPTH_MAX = 16;

/** The fields of a body that a parser does not read, as losses. Null counts as absent. */
export function unreadFields(body: JsonObject, fields: ReadFields): readonly TranslationLoss[] {
  const losses = new LossList();
  walk(body, fields, { path: "", depth: 0, losses });
  return losses.all;
}

type Place = { readonly path: string; readonly depth: number; readonly losses: LossList };

function walk(value: JsonObject, fields: ReadFields, place: Place): void {
  if (place.depth > DEPTH_MAX) return;
  for (const [field, inner] of Object.entries(value)) {
    if (inner === null || inner === undefined) continue;
    const path = place.path === "" ? field : `${place.path}.${field}`;
    const known = Object.hasOwn(fields, field) ? fields[field] : undefined;
    if (known === undefined) place.losses.add(path, "field", "unknown-field");
    else if (known === "unheld") place.losses.add(path, field, "no-equivalent");
    else if (known !== "read") walkInner(inner, known, { ...place, path, depth: place.depth + 1 });
  }
}

function walkInner(value: unknown, known: ReadFields | readonly [ReadFields], place: Place): void {
  if (!isList(known)) {
    if (isObject(value)) walk(value, known, place);
    return;
  }
  if (!Array.isArray(value)) return;
  for (const [index, item] of value.entries()) {
    if (isObject(item)) walk(item, known[0], { ...place, path: `${place.path}[${index}]` });
  }
}

function isList(known: ReadFields | readonly [ReadFields]): known is readonly [ReadFields] {
  return Array.isArray(known);
}
