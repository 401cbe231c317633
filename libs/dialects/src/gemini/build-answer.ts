import type { LossList } from "../neutral/loss.ts";
import type { NeutralPart, ToolCallPart } from "../neutral/part.ts";
import type { NeutralChoice } from "../neutral/response.ts";
import type { JsonObject } from "../neutral/source.ts";
import { argsOf } from "../neutral/call-args.ts";
import { renderFinish } from "./finish-reason.ts";
import { renderGrounding, type Segment, segmentOf } from "./grounding.ts";
import { renderLogprobs } from "./logprobs.ts";
import { renderMedia } from "./media.ts";
import { signatureField } from "./signature.ts";

/** A candidate of an answer that another wire gave. `path` is that of its choice. */
export function buildCandidate(choice: NeutralChoice, path: string, losses: LossList): JsonObject {
  const parts: JsonObject[] = [];
  const cited: Segment[] = [];
  for (const [index, part] of choice.parts.entries()) {
    const at = `${path}.parts[${index}]`;
    const built = buildAnswerPart(part, at, losses);
    if (built === null) continue;
    if (part.kind === "text") cited.push(...citedOf(part, { partIndex: parts.length, path: at, losses }));
    parts.push(built);
  }
  return {
    content: { parts: parts.length === 0 ? [{ text: "" }] : parts, role: "model" },
    ...endOf(choice, path, losses),
    index: choice.index,
    ...renderGrounding(cited),
    ...(choice.logprobs === undefined ? {} : renderLogprobs(choice.logprobs)),
  };
}

/** The fields of a candidate that say how it ended. */
export function endOf(
  { finish, stop }: Pick<NeutralChoice, "finish" | "stop">,
  path: string,
  losses: LossList,
): JsonObject {
  if (stop !== undefined && stop.sequence !== null) losses.add(`${path}.stop`, "stop-sequence", "no-equivalent");
  const message = stop?.explanation ?? null;
  return { finishReason: renderFinish(finish, stop), ...(message === null ? {} : { finishMessage: message }) };
}

/** One part of an answer; null for what only its own form understands. */
export function buildAnswerPart(part: NeutralPart, path: string, losses: LossList): JsonObject | null {
  switch (part.kind) {
    case "text":
      return { text: part.text, ...signatureField(part.state) };
    case "reasoning":
      if (part.id !== undefined) losses.add(`${path}.id`, "reasoning-id", "no-equivalent");
      return { text: part.text, thought: true, ...signatureField(part.state) };
    case "refusal":
      losses.add(path, "refusal", "approximated");
      return { text: part.text };
    case "tool-call":
      return buildCall(part, path, losses);
    case "other":
      if (part.form === "gemini") return part.body;
      losses.add(path, part.type, "foreign");
      return null;
    default: {
      const media = renderMedia(part);
      if (media === null) losses.add(path, part.kind, "foreign");
      if (part.kind === "audio" && part.transcript !== undefined) {
        losses.add(`${path}.transcript`, "transcript", "no-equivalent");
      }
      return media === null ? null : { ...media, ...(part.kind === "image" ? signatureField(part.state) : {}) };
    }
  }
}

/** A whole call: the format has no pieces of one that every client reads. */
export function buildCall(part: ToolCallPart, path: string, losses: LossList): JsonObject {
  const { args, isWrapped } = argsOf(part.arguments);
  if (part.custom === true) losses.add(path, "custom-tool-call", "approximated");
  else if (isWrapped) losses.add(`${path}.arguments`, "tool-arguments", "approximated");
  return { functionCall: { id: part.id, name: part.name, args }, ...signatureField(part.state) };
}

function citedOf(
  part: NeutralPart & { kind: "text" },
  { partIndex, path, losses }: { partIndex: number; path: string; losses: LossList },
): Segment[] {
  return (part.annotations ?? []).flatMap((annotation, index) => {
    const segment = segmentOf(annotation, part.text, { partIndex, bytesBefore: 0 });
    if (segment === null) losses.add(`${path}.annotations[${index}]`, "citation", "no-equivalent");
    return segment ?? [];
  });
}
