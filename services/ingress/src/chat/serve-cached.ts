import { type PipelineReply, SignalboxError } from "@signalbox/proto";
import type { ChatLine } from "./chat-line.ts";
import { type Asked, recordAborted, tryRecord } from "./end-request.ts";
import { readCached } from "./read-cached.ts";
import { renderCached } from "./render-cached.ts";

/** Sends a cached answer once its outcome is recorded. Returns an error when it cannot be read or may not be sent. */
export async function serveCached(
  line: ChatLine,
  { chat, writer, lost, deadlineAtMs }: Asked,
  hit: Extract<PipelineReply, { kind: "cached" }>,
): Promise<"ended" | SignalboxError> {
  const { address, entryId, decisionId, endpoint, usage } = hit;
  const body = await readCached(line.caches, { address, entryId, tenant: chat.facts.tenant }, line.metadata);
  const isAllowed = body !== null && (line.guard === null || (await line.guard.passesAnswer(body.toString("utf8"))));
  const rendered = isAllowed ? await renderCached(body, chat, { hit, guard: line.guard }) : null;
  if (rendered === null) return new SignalboxError("internal", "The cached answer could not be read.");
  if (writer.isGone) {
    await recordAborted(line, { chat, lost }, decisionId);
    return "ended";
  }
  const { answer, finishReason } = rendered;
  const answerBytes = answer.length;
  const unrecorded = await tryRecord(
    line,
    { chat, deadlineAtMs },
    {
      result: "cached",
      decisionId,
      endpoint,
      finishReason,
      usage,
      answerBytes,
      isCostUnknown: lost.begunId !== null,
    },
  );
  if (unrecorded !== null) {
    writer.fail(unrecorded);
    return "ended";
  }
  const [provider = "", ...model] = endpoint.split("/");
  writer.setHeader("x-signalbox-provider", provider);
  writer.setHeader("x-signalbox-model", model.join("/"));
  writer.setHeader("x-signalbox-cache", "hit");
  if (chat.facts.stream) {
    writer.write(answer);
    writer.end();
  } else writer.send(answer);
  return "ended";
}
