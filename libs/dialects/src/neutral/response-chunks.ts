import type { NeutralPart } from "./part.ts";
import type { NeutralChoice, NeutralResponse } from "./response.ts";
import { BLANK_DELTA, type DeltaExtra, type NeutralChunk, type NeutralDelta } from "./stream-event.ts";

/** The chunks that would have brought a whole answer: one for each part of each choice, and one for the choice's end. */
export function chunksOfResponse(response: NeutralResponse): NeutralChunk[] {
  const { id, createdAtS, model } = response;
  // The body of a whole answer is no event: nothing of it is to be overlaid on one.
  const source = { dialect: response.source.dialect, body: {} };
  return response.choices
    .flatMap((choice) => deltasOfChoice(choice))
    .map((delta) => ({ source, id, createdAtS, model, deltas: [delta] }));
}

/** The deltas that would have brought a whole choice. */
export function deltasOfChoice(choice: NeutralChoice): NeutralDelta[] {
  const deltas: NeutralDelta[] = [];
  let calls = 0;
  for (const part of choice.parts) {
    const blank = { ...BLANK_DELTA, choice: choice.index, first: deltas.length === 0 };
    deltas.push({ ...blank, ...contentOf(part, calls) });
    if (part.kind === "tool-call") calls += 1;
  }
  const { finish, stop, logprobs } = choice;
  const extras: DeltaExtra[] = logprobs === undefined ? [] : [{ kind: "logprobs", logprobs }];
  const end = { ...BLANK_DELTA, choice: choice.index, first: deltas.length === 0, finish, extras };
  deltas.push(stop === undefined ? end : { ...end, stop });
  return deltas;
}

const NEW_PART: DeltaExtra = { kind: "new-part" };

function contentOf(part: NeutralPart, calls: number): Partial<NeutralDelta> {
  switch (part.kind) {
    case "text": {
      const annotations = (part.annotations ?? []).map((annotation) => ({ kind: "annotation", annotation }) as const);
      const { state } = part;
      const states = state === undefined ? [] : [{ kind: "text-state", state } as const];
      return { text: part.text, extras: [NEW_PART, ...annotations, ...states] };
    }
    case "reasoning": {
      const { state } = part;
      const id = part.id === undefined ? {} : { id: part.id };
      const states = state === undefined ? [] : [{ kind: "reasoning-state", state, ...id } as const];
      return { reasoning: part.text === "" ? null : part.text, extras: [{ ...NEW_PART, ...id }, ...states] };
    }
    case "refusal":
      return { refusal: part.text };
    case "tool-call": {
      const { id, name, custom, state } = part;
      const opens = {
        id,
        name,
        ...(custom === undefined ? {} : { custom }),
        ...(state === undefined ? {} : { state }),
      };
      return { toolCalls: [{ index: calls, opens, arguments: part.arguments, source: {} }] };
    }
    case "image":
    case "audio":
      return { extras: [{ kind: "media", part }] };
    case "other":
      return { extras: [{ kind: "other", part }] };
    default:
      return {};
  }
}
