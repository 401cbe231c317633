import { uuidv7 } from "@signalbox/kit";
import type { DialectName, SignalboxError } from "@signalbox/proto";
import type { Config } from "../config.ts";
import { type Keeping, keepingOf } from "../content/content-keeper.ts";
import type { ContentStore } from "../content/content-store.ts";
import type { TokenCounter } from "../count/token-counter.ts";
import type { RequestGuard } from "../guard/request-guard.ts";
import { overloaded } from "../http/overloaded.ts";
import { parseJsonBody, readBody } from "../http/read-body.ts";
import type { Route } from "../http/route.ts";
import { requireOperation } from "../identity/require-operation.ts";
import type { KeyUsage } from "../keys/key-usage.ts";
import type { Metrics } from "../metrics.ts";
import type { NameHosts } from "../models/known-hosts.ts";
import type { TakeOperation } from "../operations/take-operation.ts";
import { answerPrompts } from "../prompts/answer-prompts.ts";
import { type Prompts, readPrompts } from "../prompts/read-prompts.ts";
import type { ResponseStore } from "../responses/response-store.ts";
import { readResponseRequest, type ResponseAsking, type ResponseRequest } from "../responses/response-request.ts";
import { ResponseWriter } from "../responses/response-writer.ts";
import type { Admission } from "./admission.ts";
import type { AnswerTarget } from "./answer-target.ts";
import { AnswerWriter } from "./answer-writer.ts";
import type { Answering } from "./answering.ts";
import { CHAT_ENDPOINTS, type ChatEndpoint } from "./chat-endpoints.ts";
import { type ChatInput, type ChatRequest, readChatRequest } from "./chat-request.ts";
import { guardChat } from "./guard-chat.ts";

type Asked = Pick<ResponseRequest, "body" | "turn"> & Partial<ResponseRequest>;

/** Everything that the routes need beside the configuration. */
type Context = {
  readonly admission: Admission;
  readonly answering: Answering;
  readonly guard: RequestGuard | null;
  readonly counter: TokenCounter;
  readonly responses: ResponseStore;
  readonly content: ContentStore;
  readonly usage: KeyUsage;
  readonly nameHosts: NameHosts;
  readonly metrics: Metrics;
  readonly takeOperation: TakeOperation;
};

/** A POST route for each dialect's chat requests. */
export function chatRoutes(config: Config, context: Context): Route[] {
  const limits = { maxBytes: config.http.bodyMaxBytes, timeoutMs: config.http.bodyTimeoutMs };
  const { admission, answering, counter, responses, usage, metrics, nameHosts, takeOperation } = context;
  const take = takeWith(config, context);
  const retained =
    config.content.tenants.length === 0 ? null : { store: context.content, maxBytes: config.content.entryMaxBytes };
  const keep = (chat: ChatRequest): Keeping | null => (retained === null ? null : keepingOf(chat, retained));
  const oneByOne = {
    keepingOf: keep,
    answer: (chat: ChatRequest, target: AnswerTarget) => answering.answer(chat, target),
  };

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
      const room = admission.admit(principal.tenant, reply.raw);
      usage.used(principal.keyId, receivedAtMs);
      const envelope = envelopeOf(request);
      const body = await readBody(request.raw, { ...limits, room });
      const { turn, ...asked } = await readAsked(body, dialect, {
        store: responses,
        principal,
        requestId: request.id,
        bodyMaxBytes: limits.maxBytes,
      });
      // A joined conversation takes more memory than the body that came.
      if (asked.body.length > body.length && !room.take(asked.body.length - body.length)) throw overloaded();
      const head = { receivedAtMs, startedMs, principal, headers: request.headers, dialect, envelope };
      const prompts = dialect === "openai-completions" ? readPrompts(asked.json, limits.maxBytes) : null;
      const chats = await take({ ...head, requestId: request.id, ...asked }, prompts);
      const [chat] = chats;
      // From here on the answer is written without the framework, because it may be a stream.
      reply.hijack();
      const keeping = chats.length > 1 ? null : keep(chat);
      const options = {
        headers: { "x-request-id": request.id, "x-signalbox-audit": config.audit, ...ownHeaders(dialect, request.id) },
        stream: chat.facts.stream,
        caller: { dialect, envelope },
        startedMs,
        stalledTimeoutMs: config.deadlines.stalledClientTimeoutMs,
        metrics,
        explain: (error: SignalboxError) => nameHosts(error, chat.facts.model),
        copy: keeping?.copy ?? null,
      };
      const { raw } = reply;
      const writer = turn === null ? new AnswerWriter(raw, options) : new ResponseWriter(turn, raw, options);
      if (prompts !== null) return answerPrompts(chats, writer, { ...prompts, answering: oneByOne });
      const answered = answering.answer(chat, writer);
      return keeping === null ? answered : answered.then(() => keeping.keep());
    },
  });
  return CHAT_ENDPOINTS.map(routeOf);
}

type Take = (
  input: Omit<ChatInput, "audit" | "cacheEnabled">,
  prompts: Prompts | null,
) => Promise<readonly [ChatRequest, ...ChatRequest[]]>;

/** Reads a request and shows it to the guardrails: one, or one for each prompt. The first has the id that the caller is told. */
function takeWith({ audit, cache }: Config, { guard }: Context): Take {
  const takeOne = async (input: Omit<ChatInput, "audit" | "cacheEnabled">): Promise<ChatRequest> => {
    const read = readChatRequest({ ...input, audit, cacheEnabled: cache.enabled });
    return guard === null ? read : guardChat(read, guard);
  };
  return async (input, prompts) => {
    if (prompts === null) return [await takeOne(input)];
    const [first, ...others] = prompts.bodies;
    const chats: [ChatRequest, ...ChatRequest[]] = [await takeOne({ ...input, ...first })];
    for (const body of others) chats.push(await takeOne({ ...input, ...body, requestId: uuidv7() }));
    return chats;
  };
}

/** Reads what two dialects have beside a body: a stored conversation (Responses), and several prompts (Completions). */
async function readAsked(body: Buffer, dialect: DialectName, asking: ResponseAsking): Promise<Asked> {
  if (dialect === "openai-responses") return readResponseRequest(body, asking);
  return dialect === "openai-completions" ? { body, json: parseJsonBody(body), turn: null } : { body, turn: null };
}

/** Anthropic's SDK shows the request's id from a header of its own name. */
function ownHeaders(dialect: DialectName, requestId: string): Record<string, string> {
  return dialect === "anthropic-messages" ? { "request-id": requestId } : {};
}
