import { hash } from "node:crypto";
import type { JsonObject } from "@signalbox/dialects";
import type { ContentSeal, SealOwner } from "./content-seal.ts";

/** More items than these of one response cannot be referred to. */
const ITEMS_MAX = 256;
/** No response's content opens as a pointer, and no pointer's as a response. */
const SEALED_AS = "item";

/** Says which response an item belongs to, so that requests can refer to the item. `id` stands where a response's own would. */
type ItemPointer = { readonly id: string; readonly sealed: Buffer };

/**
 * Where the pointer of an item is kept. Responses' own ids are made of the time and of chance, so that none is ever the
 * same.
 */
export function pointerIdOf(itemId: string): string {
  return `resp_${hash("sha256", `item\n${itemId}`, "hex").slice(0, 32)}`;
}

/** The pointers of a response's items. */
export function pointersOf(response: JsonObject, responseId: string, sealing: Sealing): ItemPointer[] {
  const ids = new Set(itemsOf(response).map(({ id }) => id));
  const named = [...ids].filter((id) => typeof id === "string").slice(0, ITEMS_MAX);
  return named.map((itemId) => {
    const id = pointerIdOf(itemId);
    return { id, sealed: sealing.seal.seal(sealing.owner, `${SEALED_AS}\n${id}`, Buffer.from(responseId)) };
  });
}

type Sealing = { readonly seal: ContentSeal; readonly owner: SealOwner };

/** The response that a pointer names; null for what is none. */
export function responseIdAt({ id, sealed }: ItemPointer, { seal, owner }: Sealing): string | null {
  return seal.open(owner, `${SEALED_AS}\n${id}`, sealed)?.toString("utf8") ?? null;
}

/** The items of a response's output. */
export function itemsOf(response: JsonObject): readonly JsonObject[] {
  const { output } = response;
  return Array.isArray(output) ? output.filter(isItem) : [];
}

function isItem(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null;
}
