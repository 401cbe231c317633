import type { NeutralChunk, NeutralResponse } from "@signalbox/dialects";
import type { FindingType, ToolCall, ToolRules } from "@signalbox/guard";

/** A call under way in a stream. */
type OpenCall = { readonly name: string; readonly custom: boolean; arguments: string };

/** Told of every call that the rules do not allow. May throw, and then nothing of the call is given out. */
type OnWrongCall = (type: FindingType) => void;

/** The calls of a whole answer. */
export function checkCalls({ choices }: NeutralResponse, rules: ToolRules, onWrong: OnWrongCall): void {
  for (const part of choices.flatMap(({ parts }) => parts)) {
    if (part.kind !== "tool-call") continue;
    check({ name: part.name, arguments: part.custom === true ? null : part.arguments }, rules, onWrong);
  }
}

/**
 * Holds a stream back from the first piece of a tool call on until its choice ends, because arguments can be judged only as a
 * whole. What comes before any call passes at once.
 */
export class ToolCallGate {
  readonly #rules: ToolRules;
  readonly #onWrong: OnWrongCall;
  readonly #open = new Map<string, OpenCall>();
  #held: NeutralChunk[] = [];

  constructor(rules: ToolRules, onWrong: OnWrongCall) {
    this.#rules = rules;
    this.#onWrong = onWrong;
  }

  push(chunk: NeutralChunk): NeutralChunk[] {
    for (const { choice, toolCalls } of chunk.deltas) {
      for (const { index, opens, arguments: piece } of toolCalls) {
        const key = `${choice} ${index}`;
        if (opens !== null) {
          // A tool that may not be called at all is told before anything of its arguments has come.
          if (!this.#rules.allows(opens.name)) this.#onWrong("tool.forbidden");
          this.#open.set(key, { name: opens.name, custom: opens.custom === true, arguments: piece });
        } else {
          const call = this.#open.get(key);
          if (call !== undefined) call.arguments += piece;
        }
      }
    }
    for (const { choice, finish } of chunk.deltas) if (finish !== null) this.#judge(`${choice} `);
    if (this.#open.size > 0 || this.#held.length > 0) this.#held.push(chunk);
    else return [chunk];
    return this.#open.size > 0 ? [] : this.#release();
  }

  /** What is held of choices that did not say that they ended. */
  end(): NeutralChunk[] {
    this.#judge("");
    return this.#release();
  }

  #judge(choice: string): void {
    for (const [key, { name, custom, arguments: text }] of this.#open) {
      if (!key.startsWith(choice)) continue;
      this.#open.delete(key);
      const call = { name, arguments: custom ? null : text };
      // One that is observed was told of when it began.
      if (this.#rules.allows(name)) check(call, this.#rules, this.#onWrong);
    }
  }

  #release(): NeutralChunk[] {
    const held = this.#held;
    this.#held = [];
    return held;
  }
}

function check(call: ToolCall, rules: ToolRules, onWrong: OnWrongCall): void {
  const wrong = rules.wrongIn(call);
  if (wrong !== null) onWrong(wrong);
}
