import { plainText } from "../check/plain-value.ts";
import { array, isObject, object, string } from "../check/check-value.ts";
import { objectsOf } from "../check/field-value.ts";
import { invalid, notOneOf } from "../check/invalid.ts";
import type { NeutralMessage } from "../neutral/message.ts";
import type { NeutralPart } from "../neutral/part.ts";
import type { JsonObject } from "../neutral/source.ts";
import { mintedCallId } from "../neutral/tool-call-text.ts";
import { checkPart } from "./parse-part.ts";
import { readMedia, readPart } from "./read-part.ts";

const ROLES = ["user", "model"] as const;

/** The messages of a request, system text first. */
export function parseMessages(body: JsonObject): readonly NeutralMessage[] {
  const contents = array(body["contents"] ?? undefined, "contents");
  if (contents.length === 0) throw invalid("contents", "Invalid 'contents': expected at least one content.");
  const reader = new ContentsReader();
  for (const [index, content] of contents.entries()) reader.add(content, `contents[${index}]`);
  const system = body["systemInstruction"];
  return system === undefined || system === null ? reader.messages : [parseSystem(system), ...reader.messages];
}

function parseSystem(value: unknown): NeutralMessage {
  const param = "systemInstruction";
  // The API itself takes a text here, too, and many write one.
  if (typeof value === "string") return { role: "system", parts: [{ kind: "text", text: value }] };
  return {
    role: "system",
    parts: partsOf(object(value, param), param).flatMap(({ part }) => readPart(part, noId) ?? []),
  };
}

const noId = (): string => "";

function partsOf(content: JsonObject, param: string): { part: JsonObject; at: string }[] {
  const parts = array(content["parts"] ?? undefined, `${param}.parts`);
  return parts.map((part, index) => {
    const at = `${param}.parts[${index}]`;
    return { part: checkPart(part, at), at };
  });
}

/**
 * Reads contents in their order. The format has no ids in its older versions: a call without one is given one, and the results that
 * name its tool are taken for its own, first come first served.
 */
class ContentsReader {
  readonly messages: NeutralMessage[] = [];
  readonly #open = new Map<string, string[]>();
  #minted = 0;

  add(value: unknown, param: string): void {
    const content = object(value, param);
    const role = content["role"] ?? "user";
    switch (string(role, `${param}.role`)) {
      case "model":
        return this.#addModel(partsOf(content, param));
      case "user":
      case "function":
        return this.#addUser(partsOf(content, param));
      default:
        throw notOneOf(`${param}.role`, ROLES);
    }
  }

  /** A streamed answer comes back in as many contents as it had chunks: they are one message, and pieces of one text are one part. */
  #addModel(raw: readonly { part: JsonObject }[]): void {
    const last = this.messages.at(-1);
    const parts: NeutralPart[] = last?.role === "assistant" ? [...last.parts] : [];
    for (const { part } of raw) {
      const read = readPart(part, () => mintedCallId("gemini", this.#minted++));
      if (read === null) continue;
      if (read.kind === "tool-call") this.#openCall(read.name, read.id);
      appendPart(parts, read);
    }
    if (last?.role === "assistant") this.messages.pop();
    this.messages.push({ role: "assistant", parts });
  }

  #addUser(raw: readonly { part: JsonObject; at: string }[]): void {
    let parts: NeutralPart[] = [];
    const flush = (): void => {
      if (parts.length > 0) this.messages.push({ role: "user", parts });
      parts = [];
    };
    for (const { part, at } of raw) {
      const response = part["functionResponse"];
      if (isObject(response)) {
        flush();
        this.messages.push(this.#result(response));
        continue;
      }
      if (isObject(part["functionCall"])) {
        throw invalid(at, `Invalid '${at}': a function call must stand in a content of the model.`);
      }
      const read = readPart(part, noId);
      if (read !== null) parts.push(read);
    }
    flush();
    if (raw.length === 0) this.messages.push({ role: "user", parts: [] });
  }

  #openCall(name: string, id: string): void {
    const ids = this.#open.get(name);
    if (ids === undefined) this.#open.set(name, [id]);
    else ids.push(id);
  }

  #result(response: JsonObject): NeutralMessage {
    const name = plainText(response["name"]);
    const open = this.#open.get(name) ?? [];
    const id = typeof response["id"] === "string" && response["id"] !== "" ? response["id"] : null;
    const at = id === null ? 0 : open.indexOf(id);
    const [taken] = at === -1 ? [] : open.splice(at, 1);
    const media = objectsOf(response["parts"]);
    return { role: "tool", callId: id ?? taken ?? null, name, ...resultOf(response["response"], media) };
  }
}

/** `output` and `error` are the API's own words; an answer in any other shape is the result as it stands. */
function resultOf(value: unknown, media: readonly JsonObject[]): { parts: readonly NeutralPart[]; isError?: true } {
  const response = isObject(value) ? value : {};
  const [field, ...more] = Object.keys(response);
  const isWrapped = more.length === 0 && (field === "output" || field === "error");
  const inner = isWrapped ? response[field ?? ""] : response;
  const text = typeof inner === "string" ? inner : JSON.stringify(inner ?? null);
  const parts = [{ kind: "text", text } as const, ...media.flatMap((part) => readMedia(part) ?? [])];
  return isWrapped && field === "error" ? { parts, isError: true } : { parts };
}

function appendPart(parts: NeutralPart[], part: NeutralPart): void {
  const last = parts.at(-1);
  const isPiece =
    (last?.kind === "text" && part.kind === "text" && last.state === undefined) ||
    (last?.kind === "reasoning" && part.kind === "reasoning" && last.state === undefined);
  if (isPiece) parts[parts.length - 1] = { ...last, ...part, text: last.text + part.text } as NeutralPart;
  else parts.push(part);
}
