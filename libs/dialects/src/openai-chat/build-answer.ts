import type { LossList } from "../neutral/loss.ts";
import { type NeutralPart, reasoningOf, refusalOf, textOf, type ToolCallPart } from "../neutral/part.ts";
import type { NeutralChoice } from "../neutral/response.ts";
import type { JsonObject } from "../neutral/source.ts";
import { renderAnnotation } from "./annotations.ts";
import { renderImage } from "./answer-media.ts";
import { noteOrder } from "./part-order.ts";
import { renderCallState, renderReasoningDetails } from "./reasoning-details.ts";

type Lists = { calls: JsonObject[]; details: JsonObject[]; annotations: JsonObject[]; images: JsonObject[] };

/** The message of an answer that another wire gave. `path` is that of its choice. */
export function buildMessage(choice: NeutralChoice, path: string, losses: LossList): JsonObject {
  const { parts } = choice;
  const lists: Lists = { calls: [], details: [], annotations: [], images: [] };
  let audio: JsonObject | undefined;
  let offset = 0;
  noteOrder(parts, path, losses);
  for (const [index, part] of parts.entries()) {
    const place = { path: `${path}.parts[${index}]`, offset, losses };
    if (part.kind === "audio") audio = audioOf(part, choice.index, place);
    else addPart(part, lists, place);
    if (part.kind === "text") offset += part.text.length;
  }
  // A provider that explains why it stopped a choice leaves it without text: the explanation is the refusal.
  const refusal = refusalOf(parts) ?? choice.stop?.explanation ?? null;
  const reasoning = reasoningOf(parts);
  const hasState = parts.some((part) => part.kind === "reasoning" && part.state !== undefined);
  return {
    role: "assistant",
    content: textOf(parts),
    refusal,
    ...(reasoning === null ? {} : { reasoning_content: reasoning }),
    // Text alone stands in `reasoning_content` already.
    ...(hasState ? { reasoning_details: lists.details } : {}),
    ...(lists.annotations.length === 0 ? {} : { annotations: lists.annotations }),
    ...(audio === undefined ? {} : { audio }),
    ...(lists.images.length === 0 ? {} : { images: lists.images }),
    ...(lists.calls.length === 0 ? {} : { tool_calls: lists.calls }),
  };
}

type Place = { readonly path: string; readonly offset: number; readonly losses: LossList };

function addPart(part: NeutralPart, to: Lists, { path, offset, losses }: Place): void {
  switch (part.kind) {
    case "text": {
      if (part.state !== undefined) losses.add(`${path}.state`, "text-signature", "foreign");
      for (const [index, annotation] of (part.annotations ?? []).entries()) {
        const rendered = renderAnnotation(annotation, { offset, chars: part.text.length });
        if (rendered === null) losses.add(`${path}.annotations[${index}]`, "citation", "no-equivalent");
        else to.annotations.push(rendered);
      }
      return;
    }
    case "reasoning": {
      to.details.push(...renderReasoningDetails(part, to.details.length));
      return;
    }
    case "tool-call":
      if (part.state !== undefined && part.state.wire !== "gemini") {
        losses.add(`${path}.state`, "call-signature", "foreign");
      }
      to.calls.push(buildCall(part));
      return;
    case "image": {
      const image = renderImage(part);
      if (part.state !== undefined) losses.add(`${path}.state`, "image-signature", "foreign");
      if (image === null) losses.add(path, "image", "foreign");
      else to.images.push(image);
      return;
    }
    case "other":
      losses.add(path, part.type, "foreign");
      return;
    case "file":
      losses.add(path, "file", "no-equivalent");
      return;
    case "refusal":
    case "audio":
      return;
  }
}

function audioOf(part: NeutralPart & { kind: "audio" }, index: number, place: Place): JsonObject | undefined {
  if (part.source.kind === "base64") {
    return { id: `audio_${index}`, data: part.source.data, transcript: part.transcript ?? "", expires_at: 0 };
  }
  place.losses.add(place.path, "audio", "foreign");
  return undefined;
}

/** A whole call; also one of an earlier answer, in a request. */
export function buildCall(call: ToolCallPart): JsonObject {
  const { id, name } = call;
  if (call.custom === true) return { id, type: "custom", custom: { name, input: call.arguments } };
  const called = { name, arguments: call.arguments };
  return { id, type: "function", function: called, ...renderCallState(call.state) };
}
