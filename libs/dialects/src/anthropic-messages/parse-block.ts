import { object, string } from "../check/check-value.ts";
import type { NeutralPart, OtherPart, TextPart, ToolCallPart } from "../neutral/part.ts";
import type { JsonObject } from "../neutral/source.ts";
import { readMark } from "./cache-mark.ts";
import { readCitations } from "./citations.ts";
import { parseDocument, parseImage, parseSearchResult } from "./parse-media.ts";
import { readRedacted, readSignature, reasoningWith } from "./thinking.ts";
import { argumentsOf } from "./tool-input.ts";

/** One content block of a request, but for `tool_result`, which is a message of its own; `param` is its path. */
export function parseBlock(value: unknown, param: string): NeutralPart {
  const block = object(value, param);
  const type = string(block["type"], `${param}.type`);
  switch (type) {
    case "text":
      return parseText(block, param);
    case "image":
      return { ...parseImage(block, param), ...readMark(block, param) };
    case "document": {
      const parsed = parseDocument(block, param);
      return parsed.kind === "file" ? { ...parsed, ...readMark(block, param) } : parsed;
    }
    case "search_result":
      return { ...parseSearchResult(block, param), ...readMark(block, param) };
    case "thinking":
      return reasoningWith(string(block["thinking"], `${param}.thinking`), readSignature(block["signature"]));
    case "redacted_thinking":
      string(block["data"], `${param}.data`);
      return reasoningWith("", readRedacted(block["data"]));
    case "tool_use":
      return parseCall(block, param);
    case "tool_reference":
      // A search for tools answers with references to tools that stand in the request's list: other forms have only words for it.
      return {
        kind: "text",
        text: `The tool ${string(block["tool_name"], `${param}.tool_name`)} can be called now.`,
        ...readMark(block, param),
      };
    default:
      return other(type, block);
  }
}

function parseText(block: JsonObject, param: string): TextPart {
  const text = string(block["text"], `${param}.text`);
  const annotations = readCitations(block["citations"]);
  return {
    kind: "text",
    text,
    ...(annotations.length === 0 ? undefined : { annotations }),
    ...readMark(block, param),
  };
}

function parseCall(block: JsonObject, param: string): ToolCallPart {
  return {
    kind: "tool-call",
    id: string(block["id"], `${param}.id`),
    name: string(block["name"], `${param}.name`),
    arguments: argumentsOf(object(block["input"], `${param}.input`)),
    ...readMark(block, param),
  };
}

/** A block that only this form understands, such as the work of a tool on Anthropic's side. */
export function other(type: string, block: JsonObject): OtherPart {
  return { kind: "other", type, form: "anthropic-messages", body: block };
}
