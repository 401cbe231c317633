import type { LossList } from "../neutral/loss.ts";
import { type NeutralMessage, toolNamesOf } from "../neutral/message.ts";
import type { NeutralPart } from "../neutral/part.ts";
import type { JsonObject } from "../neutral/source.ts";
import { systemFirst } from "../neutral/system-first.ts";
import { buildPart } from "./build-part.ts";
import { versionOf } from "./model-version.ts";
import { NO_SIGNATURE } from "./signature.ts";

type Context = { readonly losses: LossList; readonly version: number; readonly names: ReadonlyMap<string, string> };
type Content = { readonly role: "user" | "model"; readonly parts: JsonObject[] };

/** The `contents` and the `systemInstruction` of a request that was read from another form. */
export function buildContents(messages: readonly NeutralMessage[], model: string, losses: LossList): JsonObject {
  const context = { losses, version: versionOf(model), names: toolNamesOf(messages) };
  const system: JsonObject[] = [];
  const contents: Content[] = [];
  for (const { message, path } of systemFirst(messages, losses)) {
    if (message.name !== undefined && message.role !== "tool") losses.add(`${path}.name`, "name", "no-equivalent");
    if (message.role === "system" || message.role === "developer") {
      system.push(...partsOf(message.parts, path, context));
    } else {
      const role = message.role === "assistant" ? "model" : "user";
      append(contents, { role, parts: turnParts(message, path, context) });
    }
  }
  return {
    ...(system.length === 0 ? {} : { systemInstruction: { parts: system } }),
    contents: contents.length === 0 ? [{ role: "user", parts: [{ text: "" }] }] : contents,
  };
}

/** Roles must alternate, and a content must hold something. */
function append(contents: Content[], content: Content): void {
  const last = contents.at(-1);
  if (content.parts.length === 0) return;
  if (last?.role === content.role) last.parts.push(...content.parts);
  else contents.push(content);
}

function turnParts(message: NeutralMessage, path: string, context: Context): JsonObject[] {
  if (message.role === "tool") return buildResult(message, path, context);
  const parts = partsOf(message.parts, path, context);
  return message.role === "assistant" && context.version >= 3 ? withSignature(parts) : parts;
}

function partsOf(parts: readonly NeutralPart[], path: string, { losses, version }: Context): JsonObject[] {
  return parts.flatMap((part, index) => buildPart(part, { path: `${path}.parts[${index}]`, losses, version }));
}

/** The first call of each turn must be signed, also where another model made it; the calls beside it are not. */
function withSignature(parts: JsonObject[]): JsonObject[] {
  const first = parts.findIndex((part) => part["functionCall"] !== undefined);
  const isSigned = parts.some((part) => part["functionCall"] !== undefined && part["thoughtSignature"] !== undefined);
  if (first === -1 || isSigned) return parts;
  return parts.map((part, index) => (index === first ? { ...part, thoughtSignature: NO_SIGNATURE } : part));
}

/** `output` and `error` are the words that the API gives for a result. */
function buildResult(message: NeutralMessage & { role: "tool" }, path: string, context: Context): JsonObject[] {
  const { losses, version, names } = context;
  if (message.cache !== undefined) losses.add(`${path}.cache`, "cache-mark", "no-equivalent");
  const built = partsOf(message.parts, path, context);
  const texts = built.flatMap((part) => (typeof part["text"] === "string" ? [part["text"]] : []));
  const others = built.filter((part) => part["text"] === undefined);
  const media = others.map(({ inlineData, fileData }) => (inlineData === undefined ? { fileData } : { inlineData }));
  const isInside = version >= 3 && media.length > 0;
  if (others.length > 0 && !isInside) losses.add(path, "tool-result-media", "approximated");
  const name = message.name ?? names.get(message.callId ?? "");
  if (name === undefined) losses.add(`${path}.name`, "tool-name", "approximated");
  const functionResponse = {
    ...(message.callId === null ? {} : { id: message.callId }),
    name: name ?? "unknown",
    response: { [message.isError === true ? "error" : "output"]: texts.join("\n") },
    ...(isInside ? { parts: media } : {}),
  };
  return [{ functionResponse }, ...(isInside ? [] : others)];
}
