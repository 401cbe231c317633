import { plainText } from "../check/plain-value.ts";
import type { LossList } from "../neutral/loss.ts";
import type { NeutralMessage } from "../neutral/message.ts";
import type { NeutralPart, ToolCallPart } from "../neutral/part.ts";
import type { JsonObject } from "../neutral/source.ts";
import { buildContent, buildPart, listed } from "./build-content.ts";
import { markField } from "./cache-mark.ts";
import { CallIds } from "./call-ids.ts";
import type { ModelTraits } from "./model-traits.ts";
import { inputOf } from "./tool-input.ts";

export type Turn = { readonly role: "user" | "assistant" | "system"; readonly content: JsonObject[] };
type BuiltMessages = { readonly system: readonly JsonObject[]; readonly turns: readonly Turn[] };

type Context = { readonly losses: LossList; readonly traits: ModelTraits };

/** The messages of a request that was read from another form: system text apart, and turns that alternate as this format wants them. */
export function buildMessages(messages: readonly NeutralMessage[], context: Context): BuiltMessages {
  const builder = new Builder(context);
  for (const [index, message] of messages.entries()) builder.add(message, index, messages[index + 1]);
  return builder.built();
}

class Builder {
  readonly #losses: LossList;
  readonly #traits: ModelTraits;
  readonly #ids = new CallIds();
  readonly #system: JsonObject[] = [];
  readonly #turns: Turn[] = [];

  constructor({ losses, traits }: Context) {
    this.#losses = losses;
    this.#traits = traits;
  }

  add(message: NeutralMessage, index: number, next: NeutralMessage | undefined): void {
    const path = `messages[${index}]`;
    if (message.name !== undefined && message.role !== "tool") {
      this.#losses.add(`${path}.name`, "name", "no-equivalent");
    }
    switch (message.role) {
      case "system":
      case "developer":
        return this.#addSystem(message.parts, path, next);
      case "assistant":
        return this.#addTo("assistant", this.#assistant(message.parts, path));
      case "tool":
        return this.#addResult(message, path);
      case "user":
        return this.#addTo("user", buildContent(message.parts, path, this.#losses));
    }
  }

  built(): BuiltMessages {
    const turns = this.#turns;
    // The conversation begins with the user, and few models take one that ends with their own words.
    if (turns[0]?.role !== "user") this.#stand("messages", "first-turn", () => turns.unshift(user("Begin.")));
    if (turns.at(-1)?.role === "assistant") {
      if (this.#traits.prefill) trimEnd(turns.at(-1)!);
      else this.#stand("messages", "last-turn", () => turns.push(user("Go on.")));
    }
    return { system: this.#system, turns };
  }

  #stand(path: string, what: string, put: () => void): void {
    this.#losses.add(path, what, "approximated");
    put();
  }

  #addSystem(parts: readonly NeutralPart[], path: string, next: NeutralMessage | undefined): void {
    const content = buildContent(parts, path, this.#losses).filter((block) => block["type"] === "text");
    if (content.length === 0) return;
    if (this.#turns.length === 0) return void this.#system.push(...content);
    const isBetween = this.#turns.at(-1)?.role === "user" && (next === undefined || next.role === "assistant");
    if (this.#traits.systemTurns && isBetween) return void this.#turns.push({ role: "system", content });
    // Here it holds from the beginning, and no longer from its place on.
    this.#losses.add(path, "system-turn", "approximated");
    this.#system.push(...content);
  }

  #addResult(message: NeutralMessage & { role: "tool" }, path: string): void {
    const content = buildContent(message.parts, path, this.#losses);
    const result = {
      type: "tool_result",
      tool_use_id: this.#ids.ofResult(message),
      ...(content.length === 0 ? {} : { content }),
      ...(message.isError === true ? { is_error: true } : {}),
      ...markField(message.cache),
    };
    this.#addTo("user", [result]);
  }

  #assistant(parts: readonly NeutralPart[], path: string): JsonObject[] {
    return parts.flatMap((part, index) => {
      const at = `${path}.parts[${index}]`;
      if (part.kind === "tool-call") return [this.#call(part, at)];
      if (part.kind === "image" || part.kind === "file") {
        this.#losses.add(at, part.kind, "no-equivalent");
        return [];
      }
      return listed(buildPart(part, at, this.#losses));
    });
  }

  #call(part: ToolCallPart, path: string): JsonObject {
    if (part.state !== undefined) this.#losses.add(`${path}.state`, "call-signature", "foreign");
    const { input, isExact } = inputOf(part);
    if (!isExact) this.#losses.add(path, "call-input", "approximated");
    return { type: "tool_use", id: this.#ids.ofCall(part), name: part.name, input, ...markField(part.cache) };
  }

  /** Turns of one role become one. A user's turn begins with the results that it holds. */
  #addTo(role: "user" | "assistant", content: readonly JsonObject[]): void {
    if (content.length === 0) return;
    const last = this.#turns.at(-1);
    if (last?.role !== role) return void this.#turns.push({ role, content: [...content] });
    const isResult = role === "user" && content[0]?.["type"] === "tool_result";
    const after = isResult ? last.content.findLastIndex((block) => block["type"] === "tool_result") + 1 : undefined;
    last.content.splice(after ?? last.content.length, 0, ...content);
  }
}

function user(text: string): Turn {
  return { role: "user", content: [{ type: "text", text }] };
}

/** The model's own last words must not end in white space. */
function trimEnd({ content }: Turn): void {
  const last = content.at(-1);
  if (last?.["type"] === "text") content[content.length - 1] = { ...last, text: plainText(last["text"]).trimEnd() };
}
