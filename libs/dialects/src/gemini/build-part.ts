import type { LossList } from "../neutral/loss.ts";
import type { FilePart, NeutralPart } from "../neutral/part.ts";
import type { JsonObject } from "../neutral/source.ts";
import { buildCall } from "./build-answer.ts";
import { renderDetail, renderMedia } from "./media.ts";

type PartContext = { readonly path: string; readonly losses: LossList; readonly version: number };

/** One part of a message that was read from another form; several where one of this form cannot hold it. */
export function buildPart(part: NeutralPart, context: PartContext): JsonObject[] {
  const { path, losses } = context;
  if ("cache" in part && part.cache !== undefined) losses.add(`${path}.cache`, "cache-mark", "no-equivalent");
  switch (part.kind) {
    case "text": {
      if (part.annotations !== undefined) losses.add(`${path}.annotations`, "citation", "no-equivalent");
      const signature = ownSignature(part, "text-signature", context);
      // The API refuses a text without any, unless it is signed.
      return part.text === "" && signature["thoughtSignature"] === undefined ? [] : [{ text: part.text, ...signature }];
    }
    case "reasoning":
      return buildReasoning(part, context);
    case "refusal":
      losses.add(path, "refusal", "approximated");
      return [{ text: part.text }];
    case "tool-call": {
      const { state: _, ...call } = part;
      return [{ ...buildCall(call, path, losses), ...ownSignature(part, "call-signature", context) }];
    }
    case "other":
      if (part.form === "gemini") return [part.body];
      losses.add(path, part.type, "foreign");
      return [];
    default:
      return buildMedia(part, context);
  }
}

/** Only what this wire signed can be read by it. */
function ownSignature(
  { state }: Extract<NeutralPart, { kind: "text" | "tool-call" | "reasoning" | "image" }>,
  what: string,
  { path, losses }: PartContext,
): JsonObject {
  if (state === undefined) return {};
  if (state.wire === "gemini" && state.kind === "signature") return { thoughtSignature: state.value };
  losses.add(`${path}.state`, what, "foreign");
  return {};
}

/** Thoughts go back with their signature; without one they are of no use to the model. */
function buildReasoning(part: NeutralPart & { kind: "reasoning" }, context: PartContext): JsonObject[] {
  const signature = ownSignature(part, `reasoning-${part.state?.kind ?? "state"}`, context);
  if (signature["thoughtSignature"] !== undefined) return [{ text: part.text, thought: true, ...signature }];
  if (part.text !== "") context.losses.add(context.path, "reasoning", "no-equivalent");
  return [];
}

function buildMedia(
  part: Extract<NeutralPart, { kind: "image" | "audio" | "file" }>,
  context: PartContext,
): JsonObject[] {
  const { path, losses, version } = context;
  const media = renderMedia(part);
  if (media === null) {
    losses.add(path, part.kind, "foreign");
    return [];
  }
  if (part.kind === "audio" && part.transcript !== undefined) {
    losses.add(`${path}.transcript`, "transcript", "no-equivalent");
  }
  if (part.kind === "file") return [...contextOf(part, path, losses), media];
  if (part.kind !== "image") return [media];
  const detail = version < 3 ? {} : renderDetail(part.detail);
  if (part.detail !== null && part.detail !== "auto" && version < 3) {
    losses.add(`${path}.detail`, "image-detail", "no-equivalent");
  }
  return [{ ...media, ...detail, ...ownSignature(part, "image-signature", context) }];
}

/** What is said beside a file goes before it as text; the API has no field for it. */
function contextOf({ name, context, citations }: FilePart, path: string, losses: LossList): JsonObject[] {
  if (name !== null) losses.add(`${path}.name`, "file-name", "no-equivalent");
  if (citations === true) losses.add(`${path}.citations`, "citations-wanted", "no-equivalent");
  if (context === undefined) return [];
  losses.add(`${path}.context`, "file-context", "approximated");
  return [{ text: context }];
}
