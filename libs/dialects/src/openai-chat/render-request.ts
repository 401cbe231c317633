import type { JsonObject, NeutralRequest } from "../neutral/request.ts";

/** What differs between the hosts that speak this dialect. */
export type RequestQuirks = {
  /** The one spelling of the output bound that the host takes; null: it takes both. */
  readonly maxTokensField: "max_tokens" | "max_completion_tokens" | null;
  /** Whether `stream_options` may be sent; a host that refuses it reports usage on a stream without being asked. */
  readonly streamOptions: boolean;
  /** Whether the role `developer` is known; where it is not, its messages are sent as `system`. */
  readonly developerRole: boolean;
};

export const NO_QUIRKS: RequestQuirks = { maxTokensField: null, streamOptions: true, developerRole: true };

export type RenderRequestOptions = {
  /** The model's name at the provider. */
  readonly model: string;
  /** The most output tokens for each choice; null leaves the request's own bound, if it has one. */
  readonly maxOutputTokens: number | null;
  readonly quirks?: RequestQuirks;
};

/** The body to send to a provider: the caller's own, with only what must differ laid over it. Usage is always asked for on a stream. */
export function renderRequest(request: NeutralRequest, options: RenderRequestOptions): JsonObject {
  const quirks = options.quirks ?? NO_QUIRKS;
  const body: Record<string, unknown> = { ...request.source.body, model: options.model };
  if (request.stream && quirks.streamOptions) {
    body["stream_options"] = { ...(body["stream_options"] as JsonObject | null), include_usage: true };
  } else {
    delete body["stream_options"];
  }
  boundOutput(body, options.maxOutputTokens, quirks);
  if (!quirks.developerRole && request.messages.some((message) => message.role === "developer")) {
    body["messages"] = (body["messages"] as JsonObject[]).map(developerToSystem);
  }
  return body;
}

function boundOutput(body: Record<string, unknown>, cap: number | null, quirks: RequestQuirks): void {
  const asked = (body["max_completion_tokens"] ?? body["max_tokens"] ?? null) as number | null;
  if (asked === null && cap === null) return;
  const bound = Math.min(asked ?? Infinity, cap ?? Infinity);
  const callers = (body["max_completion_tokens"] ?? null) === null ? "max_tokens" : "max_completion_tokens";
  const field = quirks.maxTokensField ?? callers;
  delete body["max_tokens"];
  delete body["max_completion_tokens"];
  body[field] = bound;
}

function developerToSystem(message: JsonObject): JsonObject {
  return message["role"] === "developer" ? { ...message, role: "system" } : message;
}
