import type { WireName } from "@signalbox/proto";

/** What a framework made of a whole tool loop. */
export type LoopRead = {
  /** The last turn's. */
  readonly text: string;
  readonly turns: number;
  /** Of all turns. */
  readonly calls: readonly { readonly name: string; readonly arguments: unknown }[];
  readonly outputTokens: number;
};

export type Loop = {
  /** What is asked, and a tool for the weather in a city. */
  readonly prompt: string;
  readonly weatherIn: (city: string) => string;
};

/** A framework's own tool loop, streamed, with an adapter of its own for a dialect. */
export type LoopClient = {
  readonly name: string;
  /** Of whose signed reasoning it brings the signature back with the next turn. */
  readonly keeps: readonly WireName[];
  run(model: string, loop: Loop): Promise<LoopRead>;
};

/** The wires whose models sign their reasoning. */
export const SIGNING: readonly WireName[] = ["openai-responses", "anthropic-messages", "gemini", "bedrock-converse"];
