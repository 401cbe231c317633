import type { TranslationLoss } from "@signalbox/proto";
import { COLLECT_MAX_CHARS } from "../neutral/collect-limit.ts";
import { withLoss } from "../neutral/loss.ts";
import type { JsonObject } from "../neutral/source.ts";
import type { DeltaExtra, NeutralDelta, ToolCallDelta } from "../neutral/stream-event.ts";
import { BlockFrames } from "./block-frames.ts";
import { type BuiltCall, type BuiltCalls, mustWait, openCallOf, type Opening } from "./built-calls.ts";
import { renderCitation } from "./citations.ts";
import { carrierBlock, signatureOf, thinkingBlock } from "./thinking.ts";
import { FREE_TEXT_FIELD } from "./tool-input.ts";

/** What is known of the blocks of an answer that another wire gives. */
export type BuiltBlocks = {
  /** Blocks that have begun. */
  readonly count: number;
  readonly open: "text" | "thinking" | "call" | null;
  /** Of the reasoning item that is open. */
  readonly id: string | undefined;
  readonly calls: BuiltCalls;
  readonly refusal: string | null;
};

export const NO_BUILT_BLOCKS: BuiltBlocks = { count: 0, open: null, id: undefined, calls: new Map(), refusal: null };

type Built = { readonly built: BuiltBlocks; readonly losses: readonly TranslationLoss[] };

/** The events that a delta of another wire becomes, and what is known after them. */
export function writeDelta(delta: NeutralDelta, before: Built): Built & { readonly frames: string } {
  const draft = new Draft(before);
  draft.write(delta);
  return { built: draft.built, losses: draft.losses, frames: draft.frames.text };
}

/** The ends of all blocks, and the calls that waited. */
export function closeBlocks(built: BuiltBlocks): string {
  const draft = new Draft({ built, losses: [] });
  draft.closeAll();
  return draft.frames.text;
}

const PATH = "choices[0]";

/** The events of one delta in the making. */
class Draft {
  built: BuiltBlocks;
  losses: readonly TranslationLoss[];
  readonly frames: BlockFrames;

  constructor({ built, losses }: Built) {
    this.built = built;
    this.losses = losses;
    this.frames = new BlockFrames(built.count);
  }

  write(delta: NeutralDelta): void {
    const extras = delta.extras ?? [];
    for (const extra of extras) if (extra.kind === "new-part") this.#newPart(extra.id);
    if (delta.reasoning !== null && delta.reasoning !== "") this.#reason(delta.reasoning);
    for (const extra of extras) if (extra.kind === "reasoning-state") this.#sign(extra);
    if (delta.text !== null && delta.text !== "") this.#say(delta.text);
    for (const extra of extras) this.#add(extra);
    if (delta.refusal !== null && delta.refusal !== "") {
      this.#say(delta.refusal);
      this.built = { ...this.built, refusal: (this.built.refusal ?? "") + delta.refusal };
    }
    for (const call of delta.toolCalls) this.#call(call);
  }

  closeAll(): void {
    this.#close();
    for (const [index, call] of this.built.calls) {
      if (call.stage !== "waiting") continue;
      this.#begin(index, call);
      this.#close();
    }
  }

  #newPart(id: string | undefined): void {
    // A call stays open: what follows may still be one more of its pieces.
    if (this.built.open !== "call") this.#close();
    this.built = { ...this.built, id };
  }

  #say(text: string): void {
    this.#open("text", { type: "text", text: "" });
    this.frames.piece({ type: "text_delta", text });
  }

  #reason(thinking: string): void {
    this.#open("thinking", { type: "thinking", thinking: "", signature: "" });
    this.frames.piece({ type: "thinking_delta", thinking });
  }

  #sign({ state, id = this.built.id }: DeltaExtra & { kind: "reasoning-state" }): void {
    const named = id === undefined ? {} : { id };
    if (this.built.open === "thinking") {
      this.frames.piece({ type: "signature_delta", signature: signatureOf(named, state) });
      return this.#close();
    }
    const { signature, ...block } = thinkingBlock({ text: "", state, ...named });
    if (block["type"] === "redacted_thinking") return this.#whole(block);
    this.#open("thinking", { ...block, signature: "" });
    this.frames.piece({ type: "signature_delta", signature });
    this.#close();
  }

  #add(extra: DeltaExtra): void {
    switch (extra.kind) {
      case "annotation": {
        const citation = renderCitation(extra.annotation);
        if (citation === null) return this.#lose("annotations", "citation", "no-equivalent");
        this.#open("text", { type: "text", text: "", citations: [] });
        return this.frames.piece({ type: "citations_delta", citation });
      }
      case "text-state":
        this.#open("text", { type: "text", text: "" });
        return this.#whole(carrierBlock(extra.state, "text"));
      case "other":
        if (isOwnPart(extra)) return this.#whole(extra.part.body);
        return this.#lose("parts", extra.part.type, "foreign");
      case "media":
        return this.#lose("parts", extra.part.kind, "no-equivalent");
      case "logprobs":
        return this.#lose("logprobs", "logprobs", "no-equivalent");
      case "new-part":
      case "reasoning-state":
    }
  }

  #call({ index, opens, arguments: piece }: ToolCallDelta): void {
    if (opens !== null) return this.#openCall(index, opens, piece);
    const call = this.built.calls.get(index);
    if (call === undefined || piece === "") return;
    if (call.stage === "closed") {
      if (piece.trim() !== "") this.#lose("parts", "call-input", "out-of-range");
      return;
    }
    // What is held must not grow without bound: a call as large as this waits for no other.
    const isFull = call.text.length > COLLECT_MAX_CHARS;
    const grown = isFull && call.stage === "open" ? call : { ...call, text: call.text + piece };
    this.#setCall(index, grown);
    if (call.stage === "open") return this.#input(call.opens, piece);
    if (isFull) this.#begin(index, grown);
  }

  #openCall(index: number, opens: Opening, piece: string): void {
    const waits = mustWait(this.built.calls);
    const call = { opens, stage: "waiting", text: piece } as const;
    this.#setCall(index, call);
    if (!waits) this.#begin(index, call);
  }

  /** Begins a call's block, with all that has come of it. */
  #begin(index: number, { opens, text }: BuiltCall): void {
    if (opens.state !== undefined) this.#whole(carrierBlock(opens.state, "call"));
    this.#close();
    this.#start("call", { type: "tool_use", id: opens.id, name: opens.name, input: {} });
    this.#setCall(index, { opens, stage: "open", text });
    if (opens.custom === true) {
      this.#lose("parts", "call-input", "approximated");
      this.frames.piece({ type: "input_json_delta", partial_json: `{"${FREE_TEXT_FIELD}":"` });
    }
    if (text !== "") this.#input(opens, text);
  }

  /** Free text is one string in the input, written piece by piece. */
  #input(opens: Opening, piece: string): void {
    const text = opens.custom === true ? JSON.stringify(piece).slice(1, -1) : piece;
    this.frames.piece({ type: "input_json_delta", partial_json: text });
  }

  #setCall(index: number, call: BuiltCall): void {
    this.built = { ...this.built, calls: new Map(this.built.calls).set(index, call) };
  }

  #open(kind: "text" | "thinking", block: JsonObject): void {
    if (this.built.open === kind) return;
    this.#close();
    this.#start(kind, block);
  }

  #whole(block: JsonObject): void {
    this.#close();
    this.#start(null, block);
    this.frames.stop();
  }

  #start(open: BuiltBlocks["open"], block: JsonObject): void {
    this.frames.start(block);
    this.built = { ...this.built, open, count: this.frames.count };
  }

  #close(): void {
    if (this.built.open === null) return;
    if (this.built.open === "call") this.#closeCall();
    this.frames.stop();
    this.built = { ...this.built, open: null, id: undefined };
  }

  #closeCall(): void {
    const found = openCallOf(this.built.calls);
    if (found === undefined) return;
    const [index, call] = found;
    if (call.opens.custom === true) this.frames.piece({ type: "input_json_delta", partial_json: '"}' });
    this.#setCall(index, { ...call, stage: "closed", text: "" });
  }

  #lose(place: string, what: string, why: TranslationLoss["why"]): void {
    this.losses = withLoss(this.losses, { path: `${PATH}.${place}`, what, why });
  }
}

function isOwnPart({ part }: DeltaExtra & { kind: "other" }): boolean {
  return part.form === "anthropic-messages";
}
