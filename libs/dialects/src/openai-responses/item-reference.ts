import { plainText } from "../check/plain-value.ts";
import { isObject } from "../check/check-value.ts";
import { isSet } from "../check/field-value.ts";
import type { JsonObject } from "../neutral/source.ts";
import { isBareReasoning } from "./reasoning-item.ts";

/** Whether an item of an input only names one that was said before; its type may be left out. */
export function isReference(item: JsonObject): boolean {
  return item["type"] === "item_reference" || (!isSet(item["type"]) && "id" in item && !("role" in item));
}

/** The ids of the items that a request's body refers to; none of a body that cannot be read. */
export function referencesOf(body: unknown): readonly string[] {
  const input = isObject(body) ? body["input"] : null;
  if (!Array.isArray(input)) return [];
  return input.filter(isObject).flatMap((item) => {
    const { id } = item;
    return typeof id === "string" && isReference(item) ? [id] : [];
  });
}

/** The body with the items that are known in the place of what refers to them; a reference to any other stays as it is. */
export function resolveReferences(body: JsonObject, items: ReadonlyMap<string, JsonObject>): JsonObject {
  const input = (body["input"] as readonly unknown[]).flatMap((item) => {
    const found = isObject(item) && isReference(item) ? items.get(plainText(item["id"])) : undefined;
    if (found === undefined) return [item];
    return isBareReasoning(found) ? [] : [found];
  });
  return { ...body, input };
}
