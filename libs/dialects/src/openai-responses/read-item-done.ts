import { plainText } from "../check/plain-value.ts";
import { isObject } from "../check/check-value.ts";
import type { JsonObject } from "../neutral/source.ts";
import type { DeltaExtra, NeutralDelta, ToolCallDelta } from "../neutral/stream-event.ts";
import { mintedCallId } from "../neutral/tool-call-text.ts";
import { readAnnotations } from "./annotations.ts";
import { namesOf, placeOf } from "./item-place.ts";
import { isCall, readCall, readOther } from "./output-item.ts";
import {
  given,
  ITEM_DONE,
  NO_PIECES,
  type OpenItem,
  type ResponsesReadState,
  type Step,
  withItem,
} from "./read-state.ts";
import { readReasoningItem } from "./reasoning-item.ts";

type Changes = readonly Partial<NeutralDelta>[];

/** The end of an item, with all of it: what the events before have not said is said now. */
export function readItemDone(before: ResponsesReadState, body: JsonObject): Step {
  const item = isObject(body["item"]) ? body["item"] : {};
  const index = placeOf(before, body);
  const open = before.items.get(index) ?? { type: item["type"], names: namesOf(body), call: null, pieces: NO_PIECES };
  if (open.pieces.has(ITEM_DONE)) return given(before, body, []);
  if (isCall(item)) return callDone(before, body, { index, open, item });
  const state = withItem(before, index, { ...open, pieces: new Map(open.pieces).set(ITEM_DONE, 0) });
  return given(state, body, restOf(item, open));
}

function restOf(item: JsonObject, open: OpenItem): Changes {
  switch (item["type"]) {
    case "message":
      return restOfMessage(item, open);
    case "reasoning":
      return restOfReasoning(item, open);
    default: {
      const part = readOther(item);
      return [{ extras: [part.kind === "image" ? { kind: "media", part } : { kind: "other", part }] }];
    }
  }
}

function restOfMessage(item: JsonObject, { pieces }: OpenItem): Changes {
  const content = Array.isArray(item["content"]) ? (item["content"] as readonly unknown[]) : [];
  return content.flatMap((part, index): Changes => {
    if (!isObject(part)) return [];
    const said = pieces.get(`content${index}`);
    const { type, text, refusal } = part;
    if (type === "refusal") return said === undefined && typeof refusal === "string" ? [{ refusal }] : [];
    if (type === "output_text") {
      const annotations = readAnnotations(part["annotations"]).slice(said ?? 0);
      const extras = annotations.map((annotation): DeltaExtra => ({ kind: "annotation", annotation }));
      if (said !== undefined) return extras.length === 0 ? [] : [{ extras }];
      return [{ text: typeof text === "string" ? text : "", extras: [{ kind: "new-part" }, ...extras] }];
    }
    const other = { kind: "other", type: plainText(type), form: "openai-responses", body: part } as const;
    return [{ extras: [{ kind: "other", part: other }] }];
  });
}

function restOfReasoning(item: JsonObject, { pieces }: OpenItem): Changes {
  const reading = readReasoningItem(item);
  if (reading?.kind !== "part") return [];
  const { text, id, state } = reading.part;
  const isSaid = pieces.size > 0 || text === "";
  const extras: DeltaExtra[] =
    state === undefined ? [] : [{ kind: "reasoning-state", state, ...(id === undefined ? {} : { id }) }];
  if (isSaid && extras.length === 0) return [];
  return [{ reasoning: isSaid ? null : text, extras }];
}

type CallEnd = { readonly index: number; readonly open: OpenItem; readonly item: JsonObject };

function callDone(before: ResponsesReadState, body: JsonObject, { index, open, item }: CallEnd): Step {
  const isNew = open.call === null;
  const call = open.call ?? before.calls;
  const { kind: _, arguments: text, ...opens } = readCall(item, mintedCallId(before.options.defaults.id, call));
  const state = withItem({ ...before, calls: isNew ? call + 1 : before.calls }, index, {
    type: item["type"],
    names: open.names,
    call,
    pieces: new Map(open.pieces).set("arguments", 0).set(ITEM_DONE, 0),
  });
  const said = text || (open.begun ?? "");
  if (!isNew && (open.pieces.has("arguments") || said === "")) return given(state, body, []);
  const piece: ToolCallDelta = { index: call, opens: isNew ? opens : null, arguments: said, source: {} };
  return given(state, body, [{ toolCalls: [piece] }]);
}
