import { argsOf } from "../neutral/call-args.ts";
import type { LossList } from "../neutral/loss.ts";
import type { CacheMark, NeutralPart } from "../neutral/part.ts";
import type { JsonObject } from "../neutral/source.ts";
import { buildMedia } from "./build-media.ts";
import type { ModelFamily } from "./model-family.ts";

export type BlockContext = {
  readonly path: string;
  readonly losses: LossList;
  readonly family: ModelFamily;
  /** The names of documents so far: the API wants each but once. */
  readonly documents: Set<string>;
};

/** The blocks of one part of a message; a mark on it is a block after its own. */
export function buildBlocks(part: NeutralPart, context: BlockContext): JsonObject[] {
  const blocks = buildPart(part, context);
  const cache = "cache" in part ? part.cache : undefined;
  return cache === undefined || blocks.length === 0 ? blocks : [...blocks, ...cachePoint(cache, context)];
}

/** Where the prompt up to here is to be kept, for the makers whose models do so. */
export function cachePoint(
  { ttl }: CacheMark,
  { path, losses, family }: Pick<BlockContext, "path" | "losses" | "family">,
): JsonObject[] {
  if (family !== "anthropic" && family !== "nova") {
    losses.add(`${path}.cache`, "cache-mark", "no-equivalent");
    return [];
  }
  const isHour = ttl === "1h" && family === "anthropic";
  if (ttl === "1h" && !isHour) losses.add(`${path}.cache`, "cache-ttl", "out-of-range");
  return [{ cachePoint: { type: "default", ...(isHour ? { ttl } : {}) } }];
}

function buildPart(part: NeutralPart, context: BlockContext): JsonObject[] {
  const { path, losses } = context;
  switch (part.kind) {
    case "text":
      if (part.annotations !== undefined) losses.add(`${path}.annotations`, "citation", "no-equivalent");
      if (part.state !== undefined) losses.add(`${path}.state`, "text-signature", "foreign");
      // The API refuses a text of white space alone.
      return part.text.trim() === "" ? [] : [{ text: part.text }];
    case "reasoning":
      return buildReasoning(part, context);
    case "refusal":
      losses.add(path, "refusal", "approximated");
      return part.text.trim() === "" ? [] : [{ text: part.text }];
    case "tool-call": {
      if (part.state !== undefined) losses.add(`${path}.state`, "call-signature", "foreign");
      const { args, isWrapped } = argsOf(part.arguments);
      if (part.custom === true) losses.add(path, "custom-tool-call", "approximated");
      else if (isWrapped) losses.add(`${path}.arguments`, "tool-arguments", "approximated");
      return [{ toolUse: { toolUseId: part.id, name: part.name, input: args } }];
    }
    case "other":
      if (part.form === "bedrock-converse") return [part.body];
      losses.add(path, part.type, "foreign");
      return [];
    default:
      return buildMedia(part, context);
  }
}

/**
 * Signed reasoning goes back as it came, and unsigned is not replayed. Anthropic's own API signs as its models do here: the signatures
 * are good in both (https://platform.claude.com/docs/en/build-with-claude/extended-thinking).
 */
function buildReasoning(
  part: NeutralPart & { kind: "reasoning" },
  { path, losses, family }: BlockContext,
): JsonObject[] {
  const { state, text } = part;
  const isOwn = state?.wire === "bedrock-converse";
  const isShared = state?.wire === "anthropic-messages" && family === "anthropic";
  if (state?.kind === "signature" && (isOwn || isShared)) {
    return [{ reasoningContent: { reasoningText: { text, signature: state.value } } }];
  }
  if (state?.kind === "redacted" && isOwn) return [{ reasoningContent: { redactedContent: state.value } }];
  if (state !== undefined) losses.add(`${path}.state`, `reasoning-${state.kind}`, "foreign");
  if (text !== "") losses.add(path, "reasoning", "no-equivalent");
  return [];
}
