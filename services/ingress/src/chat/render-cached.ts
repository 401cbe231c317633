import { setImmediate as nextTurn } from "node:timers/promises";
import { builtFor, filterResponse, filterStrings, ingressOf, type JsonObject, readJson } from "@signalbox/dialects";
import { CACHE_NOTE, CacheNote, type PipelineReply } from "@signalbox/proto";
import type { RequestGuard } from "../guard/request-guard.ts";
import { renderCachedAnswer } from "../operations/render-cached-answer.ts";
import type { ChatRequest } from "./chat-request.ts";
import { restorerFor } from "./guard-chat.ts";

/** The most choices that OpenAI lets a request ask for. Each becomes events of its own, which cost more than its text. */
const CHOICES_MAX = 128;
/** A smaller answer takes a few milliseconds. */
const ONE_TURN_MAX_BYTES = 256 * 1024;

/**
 * A cached answer as this caller asked for it: whole or as a stream, with this decision's id and no cost, and with the
 * redacted texts restored. Null when it cannot be read. A large one is parsed, restored and written in separate turns of the
 * event loop, so that other requests wait for one of these steps at the most.
 */
export async function renderCached(
  body: Buffer,
  chat: ChatRequest,
  { hit, guard }: { hit: Extract<PipelineReply, { kind: "cached" }>; guard: RequestGuard | null },
): Promise<{ answer: Buffer; finishReason: string | null } | null> {
  const { requestId, receivedAtMs, model, stream, operation } = chat.facts;
  const defaults = { id: `chatcmpl-${requestId}`, createdAtS: Math.floor(receivedAtMs / 1_000), model };
  const note = { decisionId: hit.decisionId, endpoint: hit.endpoint, costPicoUsd: "0" };
  const others = async (): Promise<void> => {
    if (body.length > ONE_TURN_MAX_BYTES) await nextTurn();
  };
  try {
    const read = operation === "chat" ? readJson : JSON.parse;
    const { [CACHE_NOTE]: said, ...answer } = read(body.toString("utf8")) as { readonly [CACHE_NOTE]?: unknown };
    await others();
    const ordered = said === undefined ? [] : CacheNote.parse(said).ordered;
    const restore = guard === null ? null : restorerFor(chat, guard, ordered);
    if (operation !== "chat") {
      const restored = restore === null ? answer : filterStrings(answer, restore);
      await others();
      const pieces: Buffer[] = [];
      for (const piece of renderCachedAnswer(restored, { usage: hit.usage, note })) {
        pieces.push(piece);
        await others();
      }
      return { answer: Buffer.concat(pieces), finishReason: null };
    }
    const codec = ingressOf(chat.facts.dialect);
    const kept = codec.parseKept(answer, { provider: "cache", secrets: [], defaults });
    if (kept.choices.length > CHOICES_MAX) return null;
    const response = restore === null ? kept : filterResponse(kept, restore, builtFor(chat.facts.dialect));
    const envelope = chat.envelope === null ? {} : { envelope: chat.envelope };
    await others();
    const options = { usage: hit.usage, note, includeUsage: chat.includeUsage, ...envelope, ...echoOf(chat) };
    const text = stream
      ? codec.renderAsStream(response, options)
      : JSON.stringify(codec.renderResponse(response, options).body);
    await others();
    return { answer: Buffer.from(text, "utf8"), finishReason: response.choices[0]!.finish };
  } catch {
    return null;
  }
}

/** The fields of the request that its dialect repeats in the answer. */
function echoOf({ body, envelope, facts }: ChatRequest): { echo?: JsonObject } {
  const codec = ingressOf(facts.dialect);
  const field = codec.echoedField;
  if (codec.echoOf === undefined || (field !== undefined && !body.includes(`"${field}"`))) return {};
  return { echo: codec.echoOf(codec.parseRequest(readJson(body.toString("utf8")), envelope ?? undefined)) };
}
