import type { WireName } from "@signalbox/proto";
import { isObject } from "../check/check-value.ts";
import { objectsOf, textOf } from "../check/field-value.ts";
import type { NeutralPart } from "../neutral/part.ts";
import type { JsonObject } from "../neutral/source.ts";
import { argumentsText } from "../neutral/tool-call-text.ts";
import { readCitation } from "./citations.ts";
import { mimeOfImage } from "./media-format.ts";

/** One block of an answer's content; null where it holds nothing. `signer`: whose signatures the model's are. */
export function readBlock(block: JsonObject, signer: WireName): NeutralPart | null {
  const { text, toolUse, reasoningContent, citationsContent, image } = block;
  if (typeof text === "string") return text === "" ? null : { kind: "text", text };
  if (isObject(toolUse) && isCallers(toolUse)) {
    const { toolUseId, name, input } = toolUse;
    const args = argumentsText(input ?? {});
    return { kind: "tool-call", id: textOf(toolUseId), name: textOf(name), arguments: args };
  }
  if (isObject(reasoningContent)) return readReasoning(reasoningContent, signer) ?? other(block);
  if (isObject(citationsContent)) return readCited(citationsContent);
  if (isObject(image)) return readImage(image) ?? other(block);
  return other(block);
}

/** A tool that the service runs itself is none of the caller's. Some of its models name the type of the caller's calls, too. */
export function isCallers({ type }: JsonObject): boolean {
  return type !== "server_tool_use";
}

function readReasoning(content: JsonObject, wire: WireName): NeutralPart | null {
  const redacted = redactedOf(content);
  if (redacted !== null) {
    return { kind: "reasoning", text: "", state: { wire: "bedrock-converse", kind: "redacted", value: redacted } };
  }
  const { reasoningText } = content;
  if (!isObject(reasoningText)) return null;
  const { signature } = reasoningText;
  const isSigned = typeof signature === "string" && signature !== "";
  const state = isSigned ? { state: { wire, kind: "signature", value: signature } as const } : {};
  return { kind: "reasoning", text: textOf(reasoningText["text"]), ...state };
}

/** What was redacted of the thoughts: some of the service's models have it under another name, or, streamed, as `data`. */
export function redactedOf({ redactedContent, redactedReasoning, data }: JsonObject): string | null {
  const found = redactedContent ?? (isObject(redactedReasoning) ? redactedReasoning["data"] : data);
  return typeof found === "string" && found !== "" ? found : null;
}

function readCited({ content, citations }: JsonObject): NeutralPart {
  const texts = objectsOf(content).map((each) => textOf(each["text"]));
  const annotations = Array.isArray(citations) ? citations.filter(isObject).map(readCitation) : [];
  return { kind: "text", text: texts.join(""), ...(annotations.length === 0 ? {} : { annotations }) };
}

/** An image that came whole; null when its bytes are elsewhere. */
export function readImage({ format, source }: JsonObject): (NeutralPart & { kind: "image" }) | null {
  const bytes = isObject(source) ? source["bytes"] : undefined;
  if (typeof bytes !== "string") return null;
  return { kind: "image", source: { kind: "base64", mime: mimeOfImage(format), data: bytes }, detail: null };
}

function other(block: JsonObject): NeutralPart {
  return { kind: "other", type: Object.keys(block)[0] ?? "block", form: "bedrock-converse", body: block };
}
