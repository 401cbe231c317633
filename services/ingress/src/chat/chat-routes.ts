import { SignalboxError, type DialectName } from "@signalbox/proto";
import type { Config } from "../config.ts";
import { readBody } from "../http/read-body.ts";
import type { Route } from "../http/route.ts";
import type { KeyUsage } from "../keys/key-usage.ts";
import type { Metrics } from "../metrics.ts";
import type { Admission } from "./admission.ts";
import { answerChat, type ChatLine } from "./answer-chat.ts";
import { AnswerWriter } from "./answer-writer.ts";
import { CHAT_ENDPOINTS, type ChatEndpoint } from "./chat-endpoints.ts";
import { readChatRequest, type ChatRequest } from "./chat-request.ts";

/** The routes, and the promise that the requests which are under way now have ended with their records. */
export type ChatRoutes = { readonly routes: readonly Route[]; settled(): Promise<void> };

/** A POST route for each dialect's chat requests. */
export function chatRoutes(
  line: ChatLine,
  config: Config,
  context: { admission: Admission; usage: KeyUsage; metrics: Metrics },
): ChatRoutes {
  const limits = { maxBytes: config.http.bodyMaxBytes, timeoutMs: config.http.bodyTimeoutMs };
  const { admission, usage, metrics } = context;
  const working = new Set<Promise<void>>();

  async function answer(chat: ChatRequest, writer: AnswerWriter): Promise<void> {
    try {
      await answerChat(line, chat, writer);
    } catch (error) {
      line.log.error({ err: error, request: chat.facts.requestId }, "a request failed");
      writer.fail(SignalboxError.from(error));
    }
  }

  const routeOf = ({ path, dialect, envelopeOf }: ChatEndpoint): Route => ({
    method: "POST",
    path,
    access: "member",
    async handle({ request, reply, principal }) {
      const startedMs = performance.now();
      const receivedAtMs = Date.now();
      admission.admit(reply.raw);
      usage.used(principal.keyId, receivedAtMs);
      const envelope = envelopeOf(request);
      const chat = readChatRequest({
        requestId: request.id,
        receivedAtMs,
        startedMs,
        principal,
        headers: request.headers,
        body: await readBody(request.raw, limits),
        dialect,
        envelope,
        audit: config.audit,
        cacheEnabled: config.cache.enabled,
      });
      // From here on the answer is written without the framework, because it may be a stream.
      reply.hijack();
      const writer = new AnswerWriter(reply.raw, {
        headers: { "x-request-id": request.id, "x-signalbox-audit": config.audit, ...ownHeaders(dialect, request.id) },
        stream: chat.facts.stream,
        caller: { dialect, envelope },
        startedMs,
        stalledTimeoutMs: config.deadlines.stalledClientTimeoutMs,
        metrics,
      });
      const work = answer(chat, writer);
      working.add(work);
      await work;
      working.delete(work);
    },
  });
  return {
    routes: CHAT_ENDPOINTS.map(routeOf),
    async settled() {
      await Promise.all(working);
    },
  };
}

/** Anthropic's SDK shows the request's id from a header of its own name. */
function ownHeaders(dialect: DialectName, requestId: string): Record<string, string> {
  return dialect === "anthropic-messages" ? { "request-id": requestId } : {};
}
