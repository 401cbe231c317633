import { SignalboxError } from "@signalbox/proto";
import { isObject } from "../check/check-value.ts";
import { saidText } from "../check/field-value.ts";
import type { ParseResponseOptions } from "../egress-codec.ts";
import { generatedChars, type NeutralPart } from "../neutral/part.ts";
import type { FinishReason, NeutralResponse } from "../neutral/response.ts";
import type { JsonObject } from "../neutral/source.ts";
import { parseInBandError } from "./error.ts";
import { joinCarried } from "./join-carried.ts";
import { isAnswerCall, readBlock } from "./read-block.ts";
import { readStop } from "./stop-reason.ts";
import { readUsage } from "./usage.ts";

/** Reads a whole message. Throws an `upstream-*` error when it is none: an error inside a 200, no content. */
export function parseResponse(body: unknown, options: ParseResponseOptions): NeutralResponse {
  if (!isObject(body)) throw malformed(options);
  const error = parseInBandError(body, options);
  if (error !== null) throw error;
  const { content } = body;
  if (!Array.isArray(content)) throw malformed(options);
  const blocks = content.filter(isObject);
  const parts = partsOf(blocks, options.defaults.id);
  const ending = readStop(body, parts.some(isCall));
  const choice = {
    index: 0,
    parts,
    finish: endOf(ending?.finish ?? null, { parts, blocks }),
    ...(ending === null ? undefined : { stop: ending.stop }),
  };
  return {
    source: { dialect: "anthropic-messages", body },
    id: saidText(body["id"]) ?? options.defaults.id,
    createdAtS: options.defaults.createdAtS,
    model: saidText(body["model"]) ?? options.defaults.model,
    choices: [choice],
    usage: readUsage(body["usage"]),
    outputChars: generatedChars(parts),
  };
}

/** The parts of an answer, whose blocks hold carried states where an answer of another wire was kept. */
function partsOf(blocks: readonly JsonObject[], seed: string): readonly NeutralPart[] {
  let calls = 0;
  const read = blocks.map((block) => {
    const part = readBlock(block, { seed, index: calls });
    if (part.kind === "tool-call") calls += 1;
    return { part, block };
  });
  return joinCarried(read);
}

function endOf(
  finish: FinishReason | null,
  { parts, blocks }: { parts: readonly NeutralPart[]; blocks: readonly JsonObject[] },
): FinishReason {
  const calls = parts.some(isCall);
  if (finish === null) return calls ? "tool_calls" : "stop";
  return finish === "tool_calls" && !calls && blocks.some(isAnswerCall) ? "stop" : finish;
}

function isCall({ kind }: NeutralPart): boolean {
  return kind === "tool-call";
}

function malformed(options: ParseResponseOptions): SignalboxError {
  return new SignalboxError("upstream-error", "The provider sent an answer that is no message.", {
    details: { provider: options.provider },
  });
}
