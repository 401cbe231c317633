import { isObject } from "../check/check-value.ts";
import { parseOpaque } from "../check/parse-json.ts";
import { COLLECT_MAX_CHARS } from "../neutral/collect-limit.ts";
import type { OtherPart } from "../neutral/part.ts";
import type { JsonObject } from "../neutral/source.ts";

/** A block of a stream that is being put together as it would have stood in the whole answer. */
export type OtherDraft = {
  /** What kind of block it is, e.g. `toolResult`, and what its start says of it. */
  readonly field: string;
  readonly start: JsonObject;
  /** The input of a call, which is JSON in pieces. */
  readonly input: string;
  /** What a tool gave. */
  readonly content: readonly JsonObject[];
  readonly chars: number;
};

/** More items than the result of any tool has. */
const ITEMS_MAX = 4_096;

export function beginOther(start: JsonObject): OtherDraft {
  const field = Object.keys(start)[0] ?? "block";
  const said = start[field];
  return { field, start: isObject(said) ? said : {}, input: "", content: [], chars: 0 };
}

/** The draft after one delta. One that is too large to be put together stays as it is. */
export function growOther(draft: OtherDraft, delta: JsonObject): OtherDraft {
  const piece = delta[draft.field];
  if (Array.isArray(piece)) {
    const items = piece.filter(isObject);
    const chars = draft.chars + items.reduce((sum, item) => sum + JSON.stringify(item).length, 0);
    const isWithin = chars <= COLLECT_MAX_CHARS && draft.content.length + items.length <= ITEMS_MAX;
    return isWithin ? { ...draft, content: [...draft.content, ...items], chars } : draft;
  }
  const input = isObject(piece) && typeof piece["input"] === "string" ? piece["input"] : "";
  const chars = draft.chars + input.length;
  return input === "" || chars > COLLECT_MAX_CHARS ? draft : { ...draft, input: draft.input + input, chars };
}

export function wholeOther({ field, start, input, content }: OtherDraft): OtherPart {
  const parsed = input === "" ? undefined : parseOpaque(input);
  const block = {
    ...start,
    ...(parsed === undefined ? {} : { input: parsed }),
    ...(content.length === 0 ? {} : { content }),
  };
  return { kind: "other", type: field, form: "bedrock-converse", body: { [field]: block } };
}
