import type { TranslationLoss } from "@signalbox/proto";
import type { NeutralRequest } from "../neutral/request.ts";
import type { JsonObject } from "../neutral/source.ts";
import { type ReadFields, unreadFields } from "../neutral/unread-fields.ts";

/** What the parser reads of a request; `unheld` is what this format defines and no other has. */
const REQUEST: ReadFields = {
  model: "read",
  prompt: "read",
  // The codec itself puts the prompt before the answer.
  echo: "read",
  suffix: "unheld",
  best_of: "unheld",
  n: "read",
  max_tokens: "read",
  temperature: "read",
  top_p: "read",
  top_k: "read",
  min_p: "read",
  presence_penalty: "read",
  frequency_penalty: "read",
  logprobs: "read",
  logit_bias: "read",
  seed: "read",
  stop: "read",
  stream: "read",
  stream_options: "read",
  user: "read",
};

/** Fields of a request of this format that the neutral form does not hold. */
export function unread(request: NeutralRequest): readonly TranslationLoss[] {
  const { body } = request.source;
  const lost = unreadFields(body, REQUEST).filter(({ path }) => path !== "best_of" || asksForMore(body));
  // The probabilities of the prompt's own tokens, which no chat knows.
  const hasPrompts = body["echo"] === true && request.logprobs;
  return hasPrompts ? [...lost, { path: "logprobs", what: "prompt-logprobs", why: "no-equivalent" }] : lost;
}

function asksForMore({ best_of: bestOf, n }: JsonObject): boolean {
  return bestOf !== (n ?? 1);
}
