import type { LossList } from "../neutral/loss.ts";
import type { NeutralPart, TextPart, ToolCallPart } from "../neutral/part.ts";
import type { NeutralChoice } from "../neutral/response.ts";
import type { JsonObject } from "../neutral/source.ts";
import { renderCitation } from "./citations.ts";
import { carrierBlock, thinkingBlock } from "./thinking.ts";
import { inputOf } from "./tool-input.ts";

/** The content of an answer that another wire gave. `path` is that of its choice. */
export function buildAnswer({ parts }: NeutralChoice, path: string, losses: LossList): JsonObject[] {
  return parts.flatMap((part, index) => buildPart(part, `${path}.parts[${index}]`, losses));
}

function buildPart(part: NeutralPart, path: string, losses: LossList): readonly JsonObject[] {
  switch (part.kind) {
    case "text":
      return buildText(part, path, losses);
    case "refusal":
      return [{ type: "text", text: part.text }];
    case "reasoning":
      return [thinkingBlock(part)];
    case "tool-call":
      return buildCall(part, path, losses);
    case "other":
      if (part.form === "anthropic-messages") return [part.body];
      losses.add(path, part.type, "foreign");
      return [];
    default:
      losses.add(path, part.kind, "no-equivalent");
      return [];
  }
}

function buildText(part: TextPart, path: string, losses: LossList): readonly JsonObject[] {
  const citations: JsonObject[] = [];
  for (const [index, annotation] of (part.annotations ?? []).entries()) {
    const rendered = renderCitation(annotation);
    if (rendered === null) losses.add(`${path}.annotations[${index}]`, "citation", "no-equivalent");
    else citations.push(rendered);
  }
  // Left out and not null where there is none: the Vercel AI SDK takes a null for a broken answer.
  const block = { type: "text", text: part.text, ...(citations.length === 0 ? {} : { citations }) };
  return part.state === undefined ? [block] : [block, carrierBlock(part.state, "text")];
}

function buildCall(part: ToolCallPart, path: string, losses: LossList): readonly JsonObject[] {
  const { input, isExact } = inputOf(part);
  if (!isExact) losses.add(path, "call-input", "approximated");
  const block = { type: "tool_use", id: part.id, name: part.name, input };
  return part.state === undefined ? [block] : [carrierBlock(part.state, "call"), block];
}
