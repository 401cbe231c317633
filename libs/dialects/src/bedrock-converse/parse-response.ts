import { SignalboxError } from "@signalbox/proto";
import { isObject } from "../check/check-value.ts";
import type { ParseResponseOptions } from "../egress-codec.ts";
import { failedBy } from "../error/stream-failure.ts";
import { generatedChars } from "../neutral/part.ts";
import type { NeutralResponse } from "../neutral/response.ts";
import { signerOf } from "./model-family.ts";
import { readBlock } from "./read-block.ts";
import { readFinish, sequenceOf } from "./stop-reason.ts";
import { readUsage } from "./usage.ts";

/** Reads the answer of Converse. Throws an `upstream-*` error when it is none: no message, or a failure as stop reason. */
export function parseResponse(body: unknown, options: ParseResponseOptions): NeutralResponse {
  if (!isObject(body)) throw malformed(options);
  const message = isObject(body["output"]) ? body["output"]["message"] : undefined;
  if (!isObject(message) || !Array.isArray(message["content"])) throw malformed(options);
  const parts = readParts(message["content"], options);
  const hasCalls = parts.some((part) => part.kind === "tool-call");
  const finish = readFinish(body["stopReason"], hasCalls, sequenceOf(body["additionalModelResponseFields"]));
  if (finish.kind === "failure") throw failedBy(finish.reason, options.provider);
  const stop = finish.stop === undefined ? {} : { stop: finish.stop };
  return {
    source: { dialect: "bedrock-converse", body },
    // The service names neither the answer nor the model in it.
    ...options.defaults,
    choices: [{ index: 0, parts, finish: finish.reason, ...stop }],
    usage: readUsage(body["usage"], body["serviceTier"]),
    outputChars: generatedChars(parts),
  };
}

function readParts(
  content: readonly unknown[],
  options: ParseResponseOptions,
): NeutralResponse["choices"][number]["parts"] {
  const signer = signerOf(options.defaults.model);
  try {
    return content.filter(isObject).flatMap((block) => readBlock(block, signer) ?? []);
  } catch (error) {
    // Arguments that are nested too deeply to be written as text.
    if (error instanceof RangeError) throw malformed(options);
    throw error;
  }
}

function malformed(options: ParseResponseOptions): SignalboxError {
  return new SignalboxError("upstream-error", "The provider sent an answer without a message.", {
    details: { provider: options.provider },
  });
}
