import type { RequestEnvelope } from "@signalbox/dialects";
import { SignalboxError, type DialectName } from "@signalbox/proto";
import type { FastifyRequest } from "fastify";
import { COUNT_FORMS, type CountForm } from "../count/count-form.ts";
import type { OperationAsked } from "../operations/take-operation.ts";

/** A URL at which a dialect's chat requests come in. */
export type ChatEndpoint = {
  readonly path: string;
  readonly dialect: DialectName;
  /** What the request says outside its body; null for dialects that say everything in it. */
  readonly envelopeOf: (request: FastifyRequest) => RequestEnvelope | null;
  /** Where the URL also takes requests to count tokens. */
  readonly counts?: { readonly isAsked: (request: FastifyRequest) => boolean; readonly form: CountForm };
  /** Where the URL also takes another operation: what is asked for; null for a chat. */
  readonly besides?: (request: FastifyRequest) => OperationAsked | null;
};

const nothing = (): null => null;

const GEMINI_COUNTS = {
  isAsked: (request: FastifyRequest) => geminiTarget(request).method === "countTokens",
  form: COUNT_FORMS.gemini,
};

const GEMINI = {
  dialect: "gemini",
  envelopeOf: geminiEnvelope,
  counts: GEMINI_COUNTS,
  besides: geminiEmbeddings,
} as const;

/** Every URL that takes a chat request. */
export const CHAT_ENDPOINTS: readonly ChatEndpoint[] = [
  { path: "/v1/chat/completions", dialect: "openai-chat", envelopeOf: openaiEnvelope },
  { path: "/v1/completions", dialect: "openai-completions", envelopeOf: nothing },
  { path: "/v1/responses", dialect: "openai-responses", envelopeOf: nothing },
  { path: "/v1/messages", dialect: "anthropic-messages", envelopeOf: anthropicEnvelope },
  // The method stands behind the model's name, which may hold slashes.
  { ...GEMINI, path: "/v1beta/models/*" },
  { ...GEMINI, path: "/v1/models/*" },
];

/** The user agents of Mistral's SDKs in every language, and of the Vercel AI SDK for Mistral and for xAI. */
const READS_WHOLE_CALLS = /mistral|ai-sdk\/xai/i;

/** These hosts stream each tool call in one piece, so their clients cannot read one that comes in several. */
export function openaiEnvelope({ headers }: Headers): RequestEnvelope | null {
  return READS_WHOLE_CALLS.test(headers["user-agent"] ?? "") ? { wholeCalls: true } : null;
}

type Headers = Pick<FastifyRequest, "headers">;

/** By these the vendor's SDKs name a part of its account, or for whom that is used. */
const ACCOUNT_HEADERS = ["anthropic-user-profile-id", "anthropic-workspace-id"] as const;

const BETAS_MAX = 32;
const BETA = /^[a-z0-9][a-z0-9.-]{0,63}$/i;

/** Throws `invalid-request` for betas that are no names. */
export function anthropicEnvelope({ headers }: Headers): RequestEnvelope {
  const version = headers["anthropic-version"];
  const accounts = ACCOUNT_HEADERS.filter((name) => headers[name] !== undefined);
  const betas = String(headers["anthropic-beta"] ?? "")
    .split(",")
    .map((beta) => beta.trim())
    .filter((beta) => beta !== "");
  if (betas.length > BETAS_MAX || !betas.every((beta) => BETA.test(beta))) {
    throw new SignalboxError("invalid-request", "Invalid header 'anthropic-beta': expected names of beta features.", {
      details: { param: "anthropic-beta" },
    });
  }
  return {
    ...(typeof version === "string" ? { version } : {}),
    ...(betas.length === 0 ? {} : { betas }),
    ...(accounts.length === 0 ? {} : { accounts }),
  };
}

const GEMINI_METHODS = [
  "generateContent",
  "streamGenerateContent",
  "countTokens",
  "embedContent",
  "batchEmbedContents",
];
const GEMINI_METHOD = new RegExp(`^(?:models/)?(?<model>.+):(?<method>${GEMINI_METHODS.join("|")})$`);

function geminiTarget({ params }: FastifyRequest): { model?: string; method?: string } {
  const { "*": target } = params as { "*": string };
  return GEMINI_METHOD.exec(target)?.groups ?? {};
}

function geminiEmbeddings(request: FastifyRequest): OperationAsked | null {
  const { model, method } = geminiTarget(request);
  if (model === undefined || (method !== "embedContent" && method !== "batchEmbedContents")) return null;
  return { operation: "embeddings", bodyType: "application/json", dialect: "gemini", envelope: { model } };
}

function geminiEnvelope(request: FastifyRequest): RequestEnvelope {
  const { model, method } = geminiTarget(request);
  if (model === undefined)
    throw new SignalboxError("not-found", `There is nothing at this URL: models have ${GEMINI_METHODS.join(", ")}.`);
  const stream = method === "streamGenerateContent";
  return { model, stream, ...(stream ? { sse: (request.query as { alt?: unknown }).alt === "sse" } : {}) };
}
