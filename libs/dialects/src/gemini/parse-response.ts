import { SignalboxError } from "@signalbox/proto";
import { isObject } from "../check/check-value.ts";
import { objectsOf } from "../check/field-value.ts";
import type { ParseResponseOptions } from "../egress-codec.ts";
import { failedBy } from "../error/stream-failure.ts";
import { generatedChars, type NeutralAnnotation, type NeutralPart } from "../neutral/part.ts";
import type { NeutralChoice, NeutralResponse } from "../neutral/response.ts";
import type { JsonObject } from "../neutral/source.ts";
import { mintedCallId } from "../neutral/tool-call-text.ts";
import { readBlock } from "./block.ts";
import { withinDepth } from "./depth.ts";
import { parseInBandError } from "./error.ts";
import { readFinish } from "./finish-reason.ts";
import { type PlacedAnnotation, readCitations, unitAtByte } from "./grounding.ts";
import { readLogprobs } from "./logprobs.ts";
import { readPart } from "./read-part.ts";
import { headOf } from "./response-head.ts";
import { usageOfBody } from "./usage.ts";

/** Reads a whole answer. Throws an `upstream-*` error when it is none: an error inside a 200, no candidates, a failure as finish reason. */
export function parseResponse(body: unknown, options: ParseResponseOptions): NeutralResponse {
  if (!isObject(body)) throw malformed(options);
  const error = parseInBandError(body, options);
  if (error !== null) throw error;
  const raw = objectsOf(body["candidates"]);
  const blocked = raw.length === 0 ? readBlock(body) : null;
  if (raw.length === 0 && blocked === null) throw malformed(options);
  const head = headOf(body, options.defaults);
  const from = { ...options, id: head.id };
  const read = withinDepth(
    () => raw.map((candidate, position) => parseCandidate(candidate, position, from)),
    () => malformed(options),
  );
  const choices = blocked === null ? read : [{ index: 0, ...blocked }];
  return {
    source: { dialect: "gemini", body },
    ...head,
    choices,
    usage: usageOfBody(body),
    outputChars: choices.reduce((sum, choice) => sum + generatedChars(choice.parts), 0),
  };
}

function parseCandidate(
  candidate: JsonObject,
  position: number,
  options: ParseResponseOptions & { id: string },
): NeutralChoice {
  const index = typeof candidate["index"] === "number" ? candidate["index"] : position;
  const content = isObject(candidate["content"]) ? candidate["content"] : {};
  const raw = objectsOf(content["parts"]);
  let minted = 0;
  const read = raw.map((part) => readPart(part, () => mintedCallId(`${options.id}-${index}`, minted++)));
  const hasCalls = read.some((part) => part?.kind === "tool-call");
  const finish = readFinish(candidate["finishReason"], hasCalls, candidate["finishMessage"]);
  if (finish.kind === "failure") throw failedBy(finish.reason, options.provider);
  const logprobs = readLogprobs(candidate["logprobsResult"]);
  return {
    index,
    parts: withCitations(read, candidate),
    finish: finish.kind === "finish" ? finish.reason : hasCalls ? "tool_calls" : "stop",
    ...(finish.kind === "finish" && finish.stop !== undefined ? { stop: finish.stop } : {}),
    ...(logprobs === null ? {} : { logprobs }),
  };
}

/** The parts that hold something. An annotation goes to the text that it names; one that names none goes to the last. */
function withCitations(read: readonly (NeutralPart | null)[], candidate: JsonObject): readonly NeutralPart[] {
  const last = read.findLastIndex((part) => part?.kind === "text");
  const only = read.findIndex((part) => part?.kind === "text") === last ? last : -1;
  const placed = readCitations(candidate, (partIndex, byte) => {
    const part = read[partIndex ?? only];
    return part?.kind === "text" ? unitAtByte(part.text, byte) : null;
  });
  return read.flatMap((part, index) => {
    if (part === null) return [];
    const annotations = part.kind === "text" ? annotationsOf(placed, index, { last, read }) : [];
    return [annotations.length === 0 ? part : { ...part, annotations }];
  });
}

function annotationsOf(
  placed: readonly PlacedAnnotation[],
  index: number,
  { last, read }: { last: number; read: readonly (NeutralPart | null)[] },
): readonly NeutralAnnotation[] {
  return placed.flatMap(({ partIndex, annotation }) => {
    const named = partIndex !== null && read[partIndex]?.kind === "text" ? partIndex : last;
    return named === index ? [annotation] : [];
  });
}

function malformed(options: ParseResponseOptions): SignalboxError {
  return new SignalboxError("upstream-error", "The provider sent an answer without candidates.", {
    details: { provider: options.provider },
  });
}
