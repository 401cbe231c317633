import type { EgressCodec } from "../egress-codec.ts";
import { ResponseCollector } from "./collect.ts";
import type { NeutralPart } from "./part.ts";
import type { NeutralChoice, NeutralResponse } from "./response.ts";
import type { StreamProgress } from "./stream-progress.ts";

const DEFAULTS = { id: "answer-1", createdAtS: 1_700_000_000, model: "fallback" };
const OPTIONS = { provider: "acme", secrets: [], defaults: DEFAULTS };

type Streamed = { readonly response: NeutralResponse | null; readonly progress: StreamProgress };

export function readWhole(codec: EgressCodec, body: unknown): NeutralResponse {
  return codec.parseResponse(structuredClone(body), OPTIONS);
}

/** A stream of these events; an event of Bedrock's is named by its one field, any other by its `type`. */
export function readStreamed(codec: EgressCodec, events: readonly object[], choices = 1): Streamed {
  const collector = new ResponseCollector();
  let state = codec.startReading({ ...OPTIONS, choices });
  for (const body of events) {
    const [next, chunks] = codec.readEvent(state, eventOf(codec, body));
    state = next;
    for (const chunk of chunks) collector.add(chunk);
  }
  for (const chunk of codec.lastChunks?.(state) ?? []) collector.add(chunk);
  const { progress } = codec.readEnd(state);
  return { response: collector.response(progress.usage), progress };
}

function eventOf({ wire }: EgressCodec, body: object): { event: string; data: string } {
  if (wire !== "bedrock-converse") return { event: "", data: JSON.stringify(body) };
  const [event = "", inner] = Object.entries(body)[0] ?? [];
  return { event, data: JSON.stringify(inner) };
}

/** What an answer says, with arguments as the JSON that they are: what both of its forms agree on. */
export function saidBy(response: NeutralResponse | null): object {
  if (response === null) return { choices: null };
  const { usage } = response;
  return { choices: response.choices.map(choiceOf), usage };
}

function choiceOf({ parts, finish, stop }: NeutralChoice): object {
  const said: object[] = [];
  for (const part of parts) addPart(said, part);
  return { parts: said, finish, ...(stop === undefined ? {} : { stop }) };
}

function addPart(said: object[], part: NeutralPart): void {
  if (part.kind === "tool-call") said.push({ ...part, arguments: argumentsOf(part.arguments) });
  else if (!("text" in part) || part.text !== "" || Object.keys(part).length > 2) said.push(part);
}

function argumentsOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
