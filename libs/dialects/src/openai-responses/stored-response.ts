import { plainText } from "../check/plain-value.ts";
import { objectsOf } from "../check/field-value.ts";
import { invalid } from "../check/invalid.ts";
import type { NeutralRequest } from "../neutral/request.ts";
import type { JsonObject } from "../neutral/source.ts";
import { isReference } from "./item-reference.ts";
import { isBareReasoning } from "./reasoning-item.ts";

/** What is kept of a response, so that a later request can go on from it: all items up to its own, and its own. */
export type StoredConversation = {
  /** The whole input that it answered, items of earlier responses included; without `instructions`, which are each request's own. */
  readonly input: readonly JsonObject[];
  readonly output: readonly JsonObject[];
};

/** The response that a request goes on from; null when it begins anew. */
export function previousResponseIdOf(request: NeutralRequest): string | null {
  return (request.source.body["previous_response_id"] ?? null) as string | null;
}

/** What is to be kept of a response: the body of the request that it answered (joined with what it went on from), and its own body. */
export function conversationOf(requestBody: JsonObject, response: JsonObject): StoredConversation {
  return { input: itemsOfInput(requestBody["input"]), output: itemsOfInput(response["output"]) };
}

/**
 * The body of a request that goes on from a kept response, as one that holds the whole conversation and can be sent to any provider.
 * References to items become the items. Throws `invalid-request` for a reference to an item that is not in the conversation.
 */
export function joinConversation(requestBody: JsonObject, stored: StoredConversation): JsonObject {
  const { previous_response_id: _, ...body } = requestBody;
  const before = [...stored.input, ...stored.output].filter((item) => !isBareReasoning(item));
  const byId = new Map(before.flatMap((item) => (typeof item["id"] === "string" ? [[item["id"], item] as const] : [])));
  const asked = itemsOfInput(body["input"]).flatMap((item, index) => {
    if (!isReference(item)) return [item];
    const found = byId.get(plainText(item["id"]));
    if (found === undefined) {
      const param = `input[${index}].id`;
      throw invalid(param, `Invalid value for '${param}': there is no such item in the conversation.`);
    }
    // What stands in the conversation already is not said twice.
    return [];
  });
  return { ...body, input: [...before, ...asked] };
}

/** An input as items: a text is a message of the user's. */
function itemsOfInput(input: unknown): readonly JsonObject[] {
  if (typeof input === "string") return [{ type: "message", role: "user", content: input }];
  return objectsOf(input);
}
