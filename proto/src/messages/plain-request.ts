import type { RequestFacts } from "./request-facts.ts";

/**
 * Complete facts of a request in which nothing is special: one short user turn of a member of the tenant `default`, for
 * `auto`, not streamed, never cached, received at the epoch. `special` says what differs. For warming up and for tests;
 * what a caller asks for is read from its body alone.
 */
export function plainRequestFacts(special: Partial<RequestFacts> = {}): RequestFacts {
  return {
    requestId: "01990000-0000-7000-8000-000000000001",
    attempt: 1,
    tenant: "default",
    keyId: "0a1b2c3d4e5f",
    operation: "chat",
    dialect: "openai-chat",
    receivedAtMs: 0,
    model: "auto",
    stream: false,
    choices: 1,
    maxOutputTokens: null,
    messages: 1,
    textChars: 5,
    toolChars: 0,
    images: 0,
    audios: 0,
    files: 0,
    tools: 0,
    toolTurns: false,
    parallelTools: false,
    responseFormat: "text",
    logprobs: false,
    seed: false,
    reasoningEffort: null,
    temperatureMicro: null,
    bodyBytes: 100,
    bodyDigest: `hmac-sha256:${"0".repeat(64)}`,
    cache: { mode: "auto", deterministic: false, key: null },
    labels: { user: null, metadata: null, tags: [] },
    audit: "async",
    ...special,
  };
}
