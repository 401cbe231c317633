import type { PlainOperation, WireName } from "@signalbox/proto";
import type { JsonObject } from "../neutral/source.ts";
import { notSpoken } from "./not-spoken.ts";
import { OPENAI_FORM, answerObject, overlaid } from "./openai-form.ts";
import type { OperationAnswer, OperationCall, ReadOperationOptions } from "./operation-call.ts";
import { readOperationUsage } from "./operation-usage.ts";

/** How an operation is asked for that only hosts of OpenAI's form have, below `path`: what travels there is the caller's own body. */
export function openaiAlone(
  operation: PlainOperation,
  path: string,
  body: JsonObject,
): Pick<OperationCall, "renderFor" | "readAnswer"> {
  return {
    renderFor: (wire, model) => {
      refuseOthers(operation, wire);
      return overlaid(path, body, model);
    },
    readAnswer: (_wire, answer, options) => ownAnswer(operation, answer, options),
  };
}

/** An answer in OpenAI's own form, as it came. */
export function ownAnswer(operation: PlainOperation, answer: unknown, options: ReadOperationOptions): OperationAnswer {
  const body = answerObject(answer, operation, options);
  return { body, usage: readOperationUsage(body["usage"]), outputChars: 0 };
}

function refuseOthers(operation: PlainOperation, wire: WireName): void {
  if (!OPENAI_FORM.includes(wire)) throw notSpoken(operation, wire);
}
