import { isObject } from "../check/check-value.ts";
import { isRawNumber } from "../check/exact-json.ts";
import type { JsonObject } from "../neutral/source.ts";

/** A place in the arguments of a call: names of fields and indexes of items. */
type Path = readonly (string | number)[];
type Container = Record<string | number, unknown>;

const SEGMENTS_MAX = 64;

/**
 * The arguments that the `partialArgs` of a call make: each names a place by a JSON path and says the value there, or a piece of its text
 * (https://googleapis.github.io/js-genai/release_docs/interfaces/types.PartialArg.html). One without a value ends a text or an array, or is
 * an empty container. What no such list can mean is left out.
 */
export function argsOfPieces(pieces: readonly JsonObject[]): JsonObject {
  const root: Container = Object.create(null) as Container;
  for (const piece of pieces) addPiece(root, piece);
  return root;
}

function addPiece(root: Container, piece: JsonObject): void {
  const named = typeof piece["jsonPath"] === "string" ? piece["jsonPath"] : "";
  const isArrayEnd = named.endsWith("[]");
  const path = readPath(isArrayEnd ? named.slice(0, -2) : named);
  const place = path === null ? null : placeOf(root, path);
  if (place === null) return;
  const { within, key } = place;
  const before = within[key];
  const { stringValue: text, numberValue, boolValue } = piece;
  if (typeof text === "string") within[key] = typeof before === "string" ? before + text : text;
  else if (typeof numberValue === "number" || isRawNumber(numberValue)) within[key] = numberValue;
  else if (typeof boolValue === "boolean") within[key] = boolValue;
  else if ("nullValue" in piece) within[key] = null;
  else if (before === undefined && piece["willContinue"] !== true) within[key] = isArrayEnd ? [] : Object.create(null);
}

const SEGMENT = /\.?([^.[\]'"]+)|\[(\d{1,9})\]|\['([^']*)'\]|\["([^"]*)"\]/gy;

/** `$.recipe.steps[0]['a b']` as its segments; null where it is none. */
function readPath(text: string): Path | null {
  if (!text.startsWith("$")) return null;
  const path: (string | number)[] = [];
  let at = 1;
  SEGMENT.lastIndex = at;
  for (let found = SEGMENT.exec(text); found !== null; found = SEGMENT.exec(text)) {
    at = SEGMENT.lastIndex;
    path.push(found[2] === undefined ? (found[1] ?? found[3] ?? found[4] ?? "") : Number(found[2]));
    if (path.length > SEGMENTS_MAX) return null;
  }
  return at === text.length && path.length > 0 ? path : null;
}

/** Where a path ends, with the containers on its way. Arrays grow by one item at a time, so that no index makes a large one. */
function placeOf(root: Container, path: Path): { readonly within: Container; readonly key: string | number } | null {
  let within = root;
  for (const [depth, segment] of path.entries()) {
    const key = Array.isArray(within) ? indexIn(within, segment) : segment;
    if (key === null) return null;
    const next = path[depth + 1];
    if (next === undefined) return { within, key };
    const inner = (within[key] ??= typeof next === "number" ? [] : Object.create(null));
    if (!isObject(inner) && !Array.isArray(inner)) return null;
    within = inner as Container;
  }
  return null;
}

function indexIn(items: readonly unknown[], segment: string | number): number | null {
  const index = Number(segment);
  return Number.isInteger(index) && index >= 0 && index <= items.length ? index : null;
}
