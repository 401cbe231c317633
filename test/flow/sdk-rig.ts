import OpenAI from "openai";
import { startLine, type TestLine } from "../kit/start-line.ts";
import { startUpstream, type Upstream } from "../kit/upstream.ts";

/** A whole line before one scripted provider, and the unmodified SDK in front of it. */
export type SdkRig = AsyncDisposable & {
  readonly upstream: Upstream;
  readonly line: TestLine;
  /** Tries nothing again by itself, so that a test sees the first answer. */
  readonly client: OpenAI;
};

export async function startSdkRig(): Promise<SdkRig> {
  await using starting = new AsyncDisposableStack();
  const upstream = starting.use(await startUpstream());
  const line = starting.use(await startLine({ upstream }));
  const client = new OpenAI({ baseURL: `${line.baseUrl}/v1`, apiKey: line.apiKey, maxRetries: 0 });
  const rest = starting.move();
  return { upstream, line, client, [Symbol.asyncDispose]: () => rest.disposeAsync() };
}

export const MESSAGES = [{ role: "user" as const, content: "Say hello." }];
