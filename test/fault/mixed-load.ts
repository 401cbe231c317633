import { setTimeout as sleep } from "node:timers/promises";

const PROBE_EVERY_MS = 200;

/** How one request ended, as its client saw it. */
export type Ending =
  | { kind: "answer"; requestId: string; decisionId: string; stream: boolean }
  | {
      kind: "error";
      requestId: string | null;
      status: number;
      code: string;
      stream: boolean;
      /** What the answer's head asked for. */
      retryAfter: string | null;
    }
  /** Anything else: a cut connection, a stream without an end, an error without a type. A client must never see it. */
  | { kind: "broken"; requestId: string | null; why: string; stream: boolean };

type LoadOptions = {
  baseUrl: string;
  apiKey: string;
  requests: number;
  concurrency: number;
  /** Called before each request goes out, with its number. */
  onRequest?: (number: number) => void;
};

/**
 * Sends requests, every second one streamed, so many at a time, and says how each ended. On a 503 the clients hold back
 * and one of them probes until it is answered, as clients with a circuit breaker do; otherwise one outage would eat the
 * whole load.
 */
export async function sendMixedLoad(options: LoadOptions): Promise<Ending[]> {
  const endings: Ending[] = [];
  let next = 0;
  let outage: Promise<void> | null = null;

  async function sendNext(): Promise<boolean> {
    const number = next++;
    options.onRequest?.(number);
    const ending = await sendOne(options, number);
    endings[number] = ending;
    return ending.kind !== "error" || ending.status !== 503;
  }
  async function probe(): Promise<void> {
    do await sleep(PROBE_EVERY_MS);
    while (next < options.requests && !(await sendNext()));
    outage = null;
  }
  async function worker(): Promise<void> {
    while (next < options.requests) {
      if (!(await sendNext())) outage ??= probe();
      if (outage !== null) await outage;
    }
  }
  await Promise.all(Array.from({ length: options.concurrency }, worker));
  return endings;
}

/** Sends the request with this number. */
export async function sendOne(
  { baseUrl, apiKey }: Pick<LoadOptions, "baseUrl" | "apiKey">,
  number: number,
): Promise<Ending> {
  const stream = number % 2 === 1;
  let requestId: string | null = null;
  try {
    const response = await fetch(`${baseUrl}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json" },
      body: JSON.stringify({
        model: "auto",
        stream,
        messages: [{ role: "user", content: `Say the number ${number}.` }],
      }),
    });
    requestId = response.headers.get("x-request-id");
    const decisionId = response.headers.get("x-signalbox-decision-id");
    const text = await response.text();
    if (response.status !== 200) {
      const retryAfter = response.headers.get("retry-after");
      return errorEnding({ requestId, status: response.status, text, stream, retryAfter });
    }
    if (!stream) {
      JSON.parse(text);
      return { kind: "answer", requestId: requestId!, decisionId: decisionId!, stream };
    }
    return streamEnding({ requestId: requestId!, decisionId: decisionId!, text });
  } catch (error) {
    return { kind: "broken", requestId, why: String(error), stream };
  }
}

function errorEnding(answer: {
  requestId: string | null;
  status: number;
  text: string;
  stream: boolean;
  retryAfter?: string | null;
}): Ending {
  const { requestId, status, text, stream, retryAfter = null } = answer;
  const code = (JSON.parse(text) as { error?: { code?: string } }).error?.code;
  if (typeof code !== "string") return { kind: "broken", requestId, why: `an untyped ${status}`, stream };
  return { kind: "error", requestId, status, code, stream, retryAfter };
}

/** A stream ends with `[DONE]`, or with one error event and no `[DONE]`. */
function streamEnding({
  requestId,
  decisionId,
  text,
}: {
  requestId: string;
  decisionId: string;
  text: string;
}): Ending {
  const events = text.split("\n\n").filter((event) => event.startsWith("data: "));
  const last = events.at(-1) ?? "";
  if (last === "data: [DONE]") return { kind: "answer", requestId, decisionId, stream: true };
  if (last.startsWith('data: {"error"'))
    return errorEnding({ requestId, status: 200, text: last.slice("data: ".length), stream: true });
  return { kind: "broken", requestId, why: `the stream ended with ${JSON.stringify(last.slice(0, 80))}`, stream: true };
}
