import type { DialectName } from "@signalbox/proto";
import type { Config } from "../config.ts";
import { keepingOf } from "../content/content-keeper.ts";
import type { ContentStore } from "../content/content-store.ts";
import type { TokenCounter } from "../count/token-counter.ts";
import type { RequestGuard } from "../guard/request-guard.ts";
import { readBody } from "../http/read-body.ts";
import type { Route } from "../http/route.ts";
import { requireOperation } from "../identity/require-operation.ts";
import type { KeyUsage } from "../keys/key-usage.ts";
import type { Metrics } from "../metrics.ts";
import type { TakeOperation } from "../operations/take-operation.ts";
import type { ResponseStore } from "../responses/response-store.ts";
import { readResponseRequest, type ResponseAsking, type ResponseRequest } from "../responses/response-request.ts";
import { ResponseWriter } from "../responses/response-writer.ts";
import type { Admission } from "./admission.ts";
import { AnswerWriter } from "./answer-writer.ts";
import type { Answering } from "./answering.ts";
import { CHAT_ENDPOINTS, type ChatEndpoint } from "./chat-endpoints.ts";
import { readChatRequest } from "./chat-request.ts";
import { guardChat } from "./guard-chat.ts";

type Asked = Pick<ResponseRequest, "body" | "turn"> & Partial<ResponseRequest>;

/** What chat requests are taken in with. */
type Context = {
  readonly admission: Admission;
  readonly answering: Answering;
  readonly guard: RequestGuard | null;
  readonly counter: TokenCounter;
  readonly responses: ResponseStore;
  readonly content: ContentStore;
  readonly usage: KeyUsage;
  readonly metrics: Metrics;
  readonly takeOperation: TakeOperation;
};

/** A POST route for each dialect's chat requests. */
export function chatRoutes(config: Config, context: Context): Route[] {
  const limits = { maxBytes: config.http.bodyMaxBytes, timeoutMs: config.http.bodyTimeoutMs };
  const { admission, answering, guard, counter, responses, usage, metrics, takeOperation } = context;
  const retained =
    config.content.tenants.length === 0 ? null : { store: context.content, maxBytes: config.content.entryMaxBytes };

  const routeOf = ({ path, dialect, envelopeOf, counts, besides }: ChatEndpoint): Route => ({
    method: "POST",
    path,
    access: "ask",
    async handle({ request, reply, principal }) {
      if (counts?.isAsked(request) === true) {
        return counter.answer({ request, reply, principal }, { form: counts.form, envelope: envelopeOf(request) });
      }
      const operation = besides?.(request) ?? null;
      if (operation !== null) return takeOperation({ request, reply, principal }, operation);
      const startedMs = performance.now();
      const receivedAtMs = Date.now();
      requireOperation(principal, "chat");
      admission.admit(reply.raw);
      usage.used(principal.keyId, receivedAtMs);
      const envelope = envelopeOf(request);
      const { turn, ...asked } = await readAsked(await readBody(request.raw, limits), dialect, {
        store: responses,
        principal,
        requestId: request.id,
        bodyMaxBytes: limits.maxBytes,
      });
      const read = readChatRequest({
        requestId: request.id,
        receivedAtMs,
        startedMs,
        principal,
        headers: request.headers,
        ...asked,
        dialect,
        envelope,
        audit: config.audit,
        cacheEnabled: config.cache.enabled,
      });
      const chat = guard === null ? read : await guardChat(read, guard);
      // From here on the answer is written without the framework, because it may be a stream.
      reply.hijack();
      const keeping = retained === null ? null : keepingOf(chat, retained);
      const options = {
        headers: { "x-request-id": request.id, "x-signalbox-audit": config.audit, ...ownHeaders(dialect, request.id) },
        stream: chat.facts.stream,
        caller: { dialect, envelope },
        startedMs,
        stalledTimeoutMs: config.deadlines.stalledClientTimeoutMs,
        metrics,
        copy: keeping?.copy ?? null,
      };
      const { raw } = reply;
      const writer = turn === null ? new AnswerWriter(raw, options) : new ResponseWriter(turn, raw, options);
      const answered = answering.answer(chat, writer);
      return keeping === null ? answered : answered.then(() => keeping.keep());
    },
  });
  return CHAT_ENDPOINTS.map(routeOf);
}

/** Only the Responses API goes on from what was said before. */
async function readAsked(body: Buffer, dialect: DialectName, asking: ResponseAsking): Promise<Asked> {
  return dialect === "openai-responses" ? readResponseRequest(body, asking) : { body, turn: null };
}

/** Anthropic's SDK shows the request's id from a header of its own name. */
function ownHeaders(dialect: DialectName, requestId: string): Record<string, string> {
  return dialect === "anthropic-messages" ? { "request-id": requestId } : {};
}
