import {
  type RequestFacts,
  type SignedState,
  STATE_KINDS,
  type StateKind,
  type WireName,
  WIRES,
} from "@signalbox/proto";
import { askedSearches } from "../usage/asked-searches.ts";
import { askedService } from "../usage/asked-service.ts";
import { cacheMarksOf } from "./cache-marks.ts";
import type { NeutralMessage } from "./message.ts";
import type { NeutralPart } from "./part.ts";
import type { ReasoningState } from "./reasoning-state.ts";
import type { NeutralRequest } from "./request.ts";
import type { NeutralTool } from "./tool.ts";

/** The part of RequestFacts that the request's body gives. */
export type RequestShape = Pick<
  RequestFacts,
  | "model"
  | "stream"
  | "choices"
  | "maxOutputTokens"
  | "messages"
  | "textChars"
  | "toolChars"
  | "images"
  | "audios"
  | "files"
  | "tools"
  | "toolTurns"
  | "parallelTools"
  | "responseFormat"
  | "logprobs"
  | "seed"
  | "reasoningEffort"
  | "temperatureMicro"
  | "signedState"
  | "cacheMarks"
  | "serviceTier"
  | "usOnly"
  | "webSearches"
>;

/** What is recorded of a request's body: counts and switches, nothing of its content. Exactly fields of RequestFacts, ready to be spread. */
export function factsOf(request: NeutralRequest): RequestShape {
  const counts = { textChars: 0, images: 0, audios: 0, files: 0, toolTurns: false };
  const states: States = new Map();
  for (const message of request.messages) countMessage(message, counts, states);
  const cacheMarks = cacheMarksOf(request);
  return {
    model: request.model,
    stream: request.stream,
    choices: request.choices,
    maxOutputTokens: request.maxOutputTokens,
    messages: request.messages.length,
    toolChars: toolCharsOf(request),
    tools: request.tools.length,
    ...counts,
    parallelTools: request.parallelTools === true,
    responseFormat: request.responseFormat.kind,
    logprobs: request.logprobs,
    seed: request.seed !== null,
    reasoningEffort: request.reasoningEffort,
    temperatureMicro: request.temperature === null ? null : Math.round(request.temperature * 1_000_000),
    ...(states.size === 0 ? {} : { signedState: signedStateOf(states) }),
    ...(cacheMarks === undefined ? {} : { cacheMarks }),
    ...askedService(request),
    ...askedSearches(request),
  };
}

type States = Map<WireName, Set<StateKind>>;

function signedStateOf(states: States): SignedState[] {
  return WIRES.flatMap((wire) => {
    const kinds = states.get(wire);
    return kinds === undefined ? [] : [{ wire, kinds: STATE_KINDS.filter((kind) => kinds.has(kind)) }];
  });
}

type Counts = { textChars: number; images: number; audios: number; files: number; toolTurns: boolean };

function countMessage(message: NeutralMessage, counts: Counts, states: States): void {
  if (message.role === "tool") counts.toolTurns = true;
  for (const part of message.parts) {
    countPart(part, counts);
    if ("state" in part && part.state !== undefined) noteState(part.state, states);
  }
}

function noteState({ wire, kind }: ReasoningState, states: States): void {
  const kinds = states.get(wire);
  if (kinds === undefined) states.set(wire, new Set([kind]));
  else kinds.add(kind);
}

function countPart(part: NeutralPart, counts: Counts): void {
  if (part.kind === "text" || part.kind === "refusal") counts.textChars += part.text.length;
  else if (part.kind === "tool-call") {
    counts.toolTurns = true;
    counts.textChars += part.name.length + part.arguments.length;
  } else if (part.kind === "image") counts.images += 1;
  else if (part.kind === "audio") counts.audios += 1;
  else if (part.kind === "file") {
    // A plain text is for every model that reads text: each wire has a place for its words.
    if (part.source.kind === "text") counts.textChars += part.source.text.length;
    else counts.files += 1;
  }
}

function toolCharsOf(request: NeutralRequest): number {
  const format = request.responseFormat;
  let chars = format.kind === "json-schema" ? format.name.length + jsonChars(format.schema) : 0;
  for (const tool of request.tools) chars += toolChars(tool);
  return chars;
}

function toolChars(tool: NeutralTool): number {
  return (tool.name?.length ?? 0) + (tool.description?.length ?? 0) + jsonChars(tool.parameters);
}

function jsonChars(value: unknown): number {
  return value === null ? 0 : JSON.stringify(value).length;
}
