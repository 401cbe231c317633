import { SignalboxError } from "@signalbox/proto";
import { isObject } from "../check/check-value.ts";
import { isSet } from "../check/field-value.ts";
import type { NeutralRequest } from "../neutral/request.ts";
import { typeOfItem } from "./parse-input.ts";

/** Fields by which the provider knows a part of the conversation that the request does not hold. */
const STATEFUL_FIELDS = ["previous_response_id", "conversation", "prompt"];

/** Items that the conversation is whole without: the account of a provider's own tool, whose findings the answer after it tells. */
const SPARE_ITEMS = new Set<unknown>([
  "web_search_call",
  "file_search_call",
  "code_interpreter_call",
  "image_generation_call",
  "mcp_list_tools",
  "mcp_call",
]);

/**
 * Why a request can go to a provider of this dialect alone; null where it can be translated. To leave out what another provider has no
 * items for would ask it something else than the caller did.
 */
export function ownOnly(request: NeutralRequest): SignalboxError | null {
  const { body } = request.source;
  for (const field of STATEFUL_FIELDS) {
    if (isSet(body[field])) return refusal(field, `'${field}' names a conversation that the provider keeps`);
  }
  for (const [index, message] of request.messages.entries()) {
    for (const part of message.parts) {
      if (part.kind === "other" && part.form === "openai-responses" && !SPARE_ITEMS.has(part.type)) {
        const param = paramOf(body["input"], part.body) ?? `messages[${index}]`;
        if (part.type === "item_reference") return refusal(param, `'${param}' ${REFERS}`);
        return refusal(param, `'${param}' is of a type that no other format has`);
      }
    }
  }
  return null;
}

/** Frameworks refer to items unless they are told that nothing is kept, so the refusal says how. */
const REFERS =
  "refers to an item that only the provider which made it may have kept. Send the items themselves: with `store: false`, which is `providerOptions: { openai: { store: false } }` in the Vercel AI SDK";

function paramOf(input: unknown, body: object): string | null {
  if (!Array.isArray(input)) return null;
  const index = input.findIndex((item) => {
    return item === body || (isObject(item) && Array.isArray(item["content"]) && item["content"].includes(body));
  });
  return index === -1 ? null : isObject(input[index]) && isSet(typeOfItem(input[index])) ? `input[${index}]` : null;
}

function refusal(param: string, why: string): SignalboxError {
  const message = `The request can only be sent to a provider of the Responses API: ${why}.`;
  return new SignalboxError("unprocessable", message, { details: { param } });
}
