import type { RequestEnvelope } from "@signalbox/dialects";
import { SignalboxError, type DialectName } from "@signalbox/proto";
import type { FastifyRequest } from "fastify";

/** Where a dialect's chat requests come in. */
export type ChatEndpoint = {
  readonly path: string;
  readonly dialect: DialectName;
  /** What the request says outside its body; null for dialects that say all in it. */
  readonly envelopeOf: (request: FastifyRequest) => RequestEnvelope | null;
};

const nothing = (): null => null;

/** Every URL that takes a chat request. */
export const CHAT_ENDPOINTS: readonly ChatEndpoint[] = [
  { path: "/v1/chat/completions", dialect: "openai-chat", envelopeOf: nothing },
  { path: "/v1/completions", dialect: "openai-completions", envelopeOf: nothing },
  { path: "/v1/responses", dialect: "openai-responses", envelopeOf: nothing },
  { path: "/v1/messages", dialect: "anthropic-messages", envelopeOf: anthropicEnvelope },
  // The method stands behind the model's name, which may hold slashes.
  { path: "/v1beta/models/*", dialect: "gemini", envelopeOf: geminiEnvelope },
  { path: "/v1/models/*", dialect: "gemini", envelopeOf: geminiEnvelope },
];

const BETAS_MAX = 32;
const BETA = /^[a-z0-9][a-z0-9.-]{0,63}$/i;

function anthropicEnvelope({ headers }: FastifyRequest): RequestEnvelope {
  const version = headers["anthropic-version"];
  const betas = String(headers["anthropic-beta"] ?? "")
    .split(",")
    .map((beta) => beta.trim())
    .filter((beta) => beta !== "");
  if (betas.length > BETAS_MAX || !betas.every((beta) => BETA.test(beta))) {
    throw new SignalboxError("invalid-request", "Invalid header 'anthropic-beta': expected names of beta features.", {
      details: { param: "anthropic-beta" },
    });
  }
  return { ...(typeof version === "string" ? { version } : {}), ...(betas.length === 0 ? {} : { betas }) };
}

const GEMINI_METHOD = /^(?:models\/)?(?<model>.+):(?<method>generateContent|streamGenerateContent)$/;

function geminiEnvelope({ params, query }: FastifyRequest): RequestEnvelope {
  const { "*": target } = params as { "*": string };
  const { model, method } = GEMINI_METHOD.exec(target)?.groups ?? {};
  if (model === undefined) throw new SignalboxError("not-found", "There is nothing at this URL.");
  const stream = method === "streamGenerateContent";
  return { model, stream, ...(stream ? { sse: (query as { alt?: unknown }).alt === "sse" } : {}) };
}
