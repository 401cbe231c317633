import type { WireName } from "@signalbox/proto";
import { isObject } from "../check/check-value.ts";
import { textOf } from "../check/field-value.ts";
import type { ReasoningState } from "../neutral/reasoning-state.ts";
import type { JsonObject } from "../neutral/source.ts";
import type { DeltaExtra, NeutralDelta } from "../neutral/stream-event.ts";
import { readCitation } from "./citations.ts";
import { beginOther, growOther, type OtherDraft, wholeOther } from "./other-draft.ts";
import { isCallers, readImage, redactedOf } from "./read-block.ts";

/** The block that is open: blocks of a stream come one after the other. */
type OpenBlock =
  | { readonly kind: "content" }
  | { readonly kind: "call"; readonly index: number; readonly hasInput: boolean }
  /** A block that only this format understands, such as a call of a tool that the service runs itself and what that gave. */
  | { readonly kind: "other"; readonly draft: OtherDraft }
  | { readonly kind: "image"; readonly format: unknown; readonly bytes: string };

/** What is known of an answer's blocks. */
export type OpenBlocks = {
  /** The provider's index of the block that is open. */
  readonly at: number | null;
  readonly open: OpenBlock | null;
  readonly calls: number;
  /** Whose signatures the model's are. */
  readonly signer: WireName;
};

export function noBlocks(signer: WireName): OpenBlocks {
  return { at: null, open: null, calls: 0, signer };
}

/** The largest image, in characters of base64, that is put together from its pieces. */
const IMAGE_MAX_CHARS = 32 * 1024 * 1024;

type Told = Partial<Pick<NeutralDelta, "text" | "reasoning" | "toolCalls" | "extras">>;
type Reading = { readonly blocks: OpenBlocks; readonly delta: Told | null };

/** Reads `contentBlockStart`, `contentBlockDelta` or `contentBlockStop`. */
export function readBlockEvent(blocks: OpenBlocks, name: string, body: JsonObject): Reading {
  const at = typeof body["contentBlockIndex"] === "number" ? body["contentBlockIndex"] : 0;
  if (name === "contentBlockStart") return readStart({ ...blocks, at }, body["start"]);
  if (name === "contentBlockStop") return readStop(blocks, at);
  // Blocks of text and reasoning have no start of their own.
  const isNew = blocks.at !== at || blocks.open === null;
  const opened: OpenBlocks = isNew ? { ...blocks, at, open: { kind: "content" } } : blocks;
  const reading = isObject(body["delta"]) ? readDelta(opened, body["delta"]) : { blocks: opened, delta: null };
  if (!isNew || reading.delta === null) return reading;
  return { ...reading, delta: { ...reading.delta, extras: [NEW_PART, ...(reading.delta.extras ?? [])] } };
}

const NEW_PART: DeltaExtra = { kind: "new-part" };

function readStart(blocks: OpenBlocks, start: unknown): Reading {
  // Text begins without a start, or with one that says nothing.
  if (!isObject(start) || Object.keys(start).length === 0) return { blocks: { ...blocks, open: null }, delta: null };
  const { toolUse, image } = start;
  if (isObject(image))
    return { blocks: { ...blocks, open: { kind: "image", format: image["format"], bytes: "" } }, delta: null };
  if (!isObject(toolUse) || !isCallers(toolUse)) {
    return { blocks: { ...blocks, open: { kind: "other", draft: beginOther(start) } }, delta: null };
  }
  const index = blocks.calls;
  const opens = { id: textOf(toolUse["toolUseId"]), name: textOf(toolUse["name"]) };
  return {
    blocks: { ...blocks, calls: index + 1, open: { kind: "call", index, hasInput: false } },
    delta: { toolCalls: [{ index, opens, arguments: "", source: toolUse }] },
  };
}

function readDelta(blocks: OpenBlocks, delta: JsonObject): Reading {
  const { text, toolUse, reasoningContent, citation, image } = delta;
  if (blocks.open?.kind === "other") {
    const draft = growOther(blocks.open.draft, delta);
    return { blocks: { ...blocks, open: { kind: "other", draft } }, delta: null };
  }
  if (typeof text === "string") return { blocks, delta: text === "" ? null : { text } };
  if (isObject(toolUse)) return readInput(blocks, toolUse);
  if (isObject(reasoningContent)) return { blocks, delta: readReasoning(reasoningContent, blocks.signer) };
  if (isObject(citation)) {
    return { blocks, delta: { extras: [{ kind: "annotation", annotation: readCitation(citation) }] } };
  }
  return isObject(image) ? readPixels(blocks, image) : { blocks, delta: null };
}

function readInput(blocks: OpenBlocks, toolUse: JsonObject): Reading {
  const { open } = blocks;
  const input = textOf(toolUse["input"]);
  if (open?.kind !== "call" || input === "") return { blocks, delta: null };
  const call = { index: open.index, opens: null, arguments: input, source: toolUse };
  return {
    blocks: open.hasInput ? blocks : { ...blocks, open: { ...open, hasInput: true } },
    delta: { toolCalls: [call] },
  };
}

function readReasoning(content: JsonObject, signer: WireName): Told | null {
  const { text, signature } = content;
  if (typeof signature === "string" && signature !== "") {
    return stateOf({ wire: signer, kind: "signature", value: signature });
  }
  const redacted = redactedOf(content);
  if (redacted !== null) return stateOf({ wire: "bedrock-converse", kind: "redacted", value: redacted });
  return typeof text === "string" && text !== "" ? { reasoning: text } : null;
}

function stateOf(state: ReasoningState): Told {
  return { extras: [{ kind: "reasoning-state", state }] };
}

function readPixels(blocks: OpenBlocks, image: JsonObject): Reading {
  const bytes = isObject(image["source"]) ? textOf(image["source"]["bytes"]) : "";
  const { open } = blocks;
  if (open?.kind !== "image" || open.bytes.length + bytes.length > IMAGE_MAX_CHARS) return { blocks, delta: null };
  return { blocks: { ...blocks, open: { ...open, bytes: open.bytes + bytes } }, delta: null };
}

function readStop(blocks: OpenBlocks, at: number): Reading {
  const { open } = blocks;
  if (blocks.at !== at || open === null) return { blocks, delta: null };
  const closed = { ...blocks, open: null };
  if (open.kind === "other") {
    return { blocks: closed, delta: { extras: [{ kind: "other", part: wholeOther(open.draft) }] } };
  }
  if (open.kind === "call" && !open.hasInput) {
    // A call without arguments streams none, where the whole answer says `{}`.
    return { blocks: closed, delta: { toolCalls: [{ index: open.index, opens: null, arguments: "{}", source: {} }] } };
  }
  if (open.kind !== "image" || open.bytes === "") return { blocks: closed, delta: null };
  const part = readImage({ format: open.format, source: { bytes: open.bytes } });
  return { blocks: closed, delta: part === null ? null : { extras: [{ kind: "media", part }] } };
}
