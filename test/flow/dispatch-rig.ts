import { createHash, generateKeyPairSync } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { credentials, Metadata, type ClientReadableStream, type ServiceError } from "@grpc/grpc-js";
import { decodeAuditMessage, uuidv7, type RunningService } from "@signalbox/kit";
import {
  eventSubject,
  OutcomeEvent,
  PipelineReply,
  REQUEST_SUBJECTS,
  type DispatchOrder,
  type RequestRedaction,
} from "@signalbox/proto";
import { DispatcherClient, type DispatchFrame } from "@signalbox/proto/grpc/dispatcher";
import { parseEnvelope } from "@signalbox/tlog";
import type { NatsConnection } from "nats";
import { Config } from "../../services/dispatcher/src/config.ts";
import { startDispatcher } from "../../services/dispatcher/src/service.ts";
import { freshNats, type FreshNats } from "../kit/nats.ts";
import { startUpstream, type Upstream } from "../kit/upstream.ts";

const REPLY_TO = "_INBOX_ingress.test";
const PATIENCE_MS = 5_000;
const TOKEN = "ingress-token";
/** The dispatcher's own, for those that it calls. */
export const OWN_TOKEN = "dispatcher-token";

/** Micro-USD per million tokens. */
const PRICE = [{ aboveInputTokens: 0, input: 1_000_000, output: 2_000_000, cacheRead: 100_000, cacheWrite: null }];

/** All that a caller of the dispatcher sees of one request. */
type Exchange = {
  readonly frames: readonly NonNullable<DispatchFrame["frame"]>["$case"][];
  readonly serving: { provider: string; model: string; planIndex: number; translation: string } | null;
  /** Content and tail, as the client reads them. */
  readonly text: string;
  readonly error: { code: string; message: string; details: Record<string, unknown> } | null;
  /** The status of a call that was refused. */
  readonly refused: ServiceError | null;
};

export type Sent = {
  readonly requestId: string;
  /** Resolves with every frame once the call is over. */
  readonly exchange: Promise<Exchange>;
  /** Resolves with the bytes of content once `count` of them have come. */
  content(count: number): Promise<string>;
  cancel(): void;
  readonly call: ClientReadableStream<DispatchFrame>;
};

type OrderParts = Omit<Partial<DispatchOrder>, "route"> & { includeUsage?: boolean; deadlineInMs?: number };

/** What goes with a body. */
type DispatchParts = { traceparent?: string; redaction?: RequestRedaction; lostBefore?: boolean };

/**
 * A dispatcher between real NATS, real gRPC and two scripted providers, `one` and `two`; policy and ingress are played
 * by the test.
 */
export type DispatchRig = AsyncDisposable & {
  readonly nats: FreshNats;
  readonly operator: NatsConnection;
  readonly one: Upstream;
  readonly two: Upstream;
  readonly service: RunningService;
  /** Sends an order as policy does and resolves with what comes back to ingress. */
  claim(parts?: OrderParts, patienceMs?: number): Promise<PipelineReply>;
  /** Sends a body under a claim, as ingress does. */
  dispatch(
    claim: { address: string; claim: string },
    body: object | string,
    parts?: DispatchParts,
  ): Omit<Sent, "requestId">;
  /** Claim and dispatch; `stream` of the order follows the body. */
  send(body: object, parts?: OrderParts & DispatchParts): Promise<Sent>;
  /** The outcomes of a request that have reached the AUDIT queue, once there is one. */
  outcomeOf(requestId: string): Promise<OutcomeEvent>;
  outcomeCount(requestId: string): number;
};

export const CHAT = { model: "auto", messages: [{ role: "user", content: "Hello there." }] };

/** `providers` adds to what the rig says of `one` and `two`; all else replaces a field of the dispatcher's config. */
type RigOverrides = { readonly providers?: { one?: object; two?: object }; readonly [field: string]: unknown };

export async function startDispatchRig({ providers, ...overrides }: RigOverrides = {}): Promise<DispatchRig> {
  await using starting = new AsyncDisposableStack();
  const dir = await mkdtemp(join(tmpdir(), "signalbox-dispatch-"));
  starting.defer(() => rm(dir, { recursive: true }));
  const signingKeyFile = join(dir, "dispatcher.pem");
  const { privateKey } = generateKeyPairSync("ed25519");
  await writeFile(signingKeyFile, privateKey.export({ type: "pkcs8", format: "pem" }));
  const grpcTokenFile = join(dir, "token");
  await writeFile(grpcTokenFile, `${OWN_TOKEN}\n`);
  const nats = starting.use(await freshNats());
  const operator = starting.adopt(await nats.connectAsOperator(), (open) => open.close());
  const one = starting.use(await startUpstream());
  const two = starting.use(await startUpstream());
  const service = starting.use(
    await startDispatcher(
      Config.parse({
        logLevel: "fatal",
        nats: nats.credentialsFor("dispatcher"),
        signingKeyFile,
        grpcTokenFile,
        grpc: { callers: { ingress: `sha256:${createHash("sha256").update(TOKEN).digest("hex")}` } },
        providers: {
          one: { baseUrl: one.baseUrl, apiKey: "key-one", ...providers?.one },
          two: { baseUrl: two.baseUrl, apiKey: "key-two", ...providers?.two },
        },
        ...overrides,
      }),
    ),
  );
  const wires = await openWires(operator, starting);
  const rest = starting.move();
  return { nats, operator, one, two, service, ...wires, [Symbol.asyncDispose]: () => rest.disposeAsync() };
}

type Wires = Pick<DispatchRig, "claim" | "dispatch" | "send" | "outcomeOf" | "outcomeCount">;

async function openWires(operator: NatsConnection, stack: AsyncDisposableStack): Promise<Wires> {
  const replies = new Map<string, (reply: PipelineReply) => void>();
  const outcomes: OutcomeEvent[] = [];
  const clients = new Map<string, DispatcherClient>();
  stack.defer(() => {
    for (const client of clients.values()) client.close();
  });
  operator.subscribe(REPLY_TO, {
    callback: (_error, message) => {
      for (const each of message.json<{ items: unknown[] }>().items) {
        const reply = PipelineReply.parse(each);
        replies.get(reply.requestId)?.(reply);
      }
    },
  });
  operator.subscribe(eventSubject("outcome", "*"), {
    callback: (_error, message) => {
      for (const { envelope } of decodeAuditMessage(message.data)) {
        const payload = parseEnvelope(envelope)?.payload ?? Buffer.alloc(0);
        outcomes.push(OutcomeEvent.parse(JSON.parse(Buffer.from(payload).toString("utf8"))));
      }
    },
  });
  await operator.flush();

  async function claim(parts: OrderParts = {}, patienceMs: number = PATIENCE_MS): Promise<PipelineReply> {
    const order = makeOrder(parts);
    const { promise, resolve, reject } = Promise.withResolvers<PipelineReply>();
    replies.set(order.requestId, resolve);
    operator.publish(REQUEST_SUBJECTS.dispatch, JSON.stringify({ items: [order] }));
    const timer = setTimeout(() => reject(new Error("no reply to the order")), patienceMs);
    return promise.finally(() => clearTimeout(timer));
  }

  function dispatch(
    to: { address: string; claim: string },
    body: object | string,
    { traceparent = "", redaction, lostBefore = false }: DispatchParts = {},
  ): Omit<Sent, "requestId"> {
    let client = clients.get(to.address);
    if (client === undefined)
      clients.set(to.address, (client = new DispatcherClient(to.address, credentials.createInsecure())));
    const metadata = new Metadata();
    metadata.set("authorization", `Bearer ${TOKEN}`);
    const bytes = Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
    const call = client.dispatch(
      {
        claim: to.claim,
        body: bytes,
        traceparent,
        labelsJson: "",
        envelopeJson: "",
        redactionJson: redaction === undefined ? "" : JSON.stringify(redaction),
        lostBefore,
      },
      metadata,
    );
    return { ...collect(call), call, cancel: () => call.cancel() };
  }

  return {
    claim,
    dispatch,
    async send(body, { redaction, lostBefore = false, ...parts } = {}) {
      const requestId = parts.requestId ?? uuidv7();
      const { stream, stream_options: options } = body as {
        stream?: boolean;
        stream_options?: { include_usage?: boolean };
      };
      const includeUsage = options?.include_usage ?? false;
      const reply = await claim({ stream: stream ?? false, includeUsage, ...parts, requestId });
      if (reply.kind !== "dispatch") throw new Error(`the order came back as ${JSON.stringify(reply)}`);
      return { requestId, ...dispatch(reply, body, { lostBefore, ...(redaction === undefined ? {} : { redaction }) }) };
    },
    async outcomeOf(requestId) {
      for (const endMs = Date.now() + PATIENCE_MS; Date.now() < endMs;) {
        const found = outcomes.find((each) => each.requestId === requestId);
        if (found !== undefined) return found;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      throw new Error("no outcome was recorded");
    },
    outcomeCount: (requestId) => outcomes.filter((each) => each.requestId === requestId).length,
  };
}

function makeOrder({ includeUsage = false, deadlineInMs = 10_000, ...parts }: OrderParts): DispatchOrder {
  return {
    requestId: uuidv7(),
    attempt: 1,
    decisionId: uuidv7(),
    tenant: "acme",
    route: { replyTo: REPLY_TO, deadlineAtMs: Date.now() + deadlineInMs, traceparent: null, includeUsage },
    dialect: "openai-chat",
    stream: false,
    choices: 1,
    plan: [planned("one"), planned("two")],
    inputTokens: 7,
    maxOutputTokens: null,
    store: null,
    audit: "async",
    timing: { classifyUs: 1, lookupUs: 1, decideUs: 1, recordUs: 1 },
    ...parts,
  };
}

/** An endpoint of a plan at the provider `one` or `two`. */
export function planned(provider: string, price: DispatchOrder["plan"][0]["price"] = PRICE): DispatchOrder["plan"][0] {
  return {
    endpoint: `${provider}/model-${provider}`,
    provider,
    upstreamModel: `model-${provider}`,
    dialect: "openai-chat",
    price,
  };
}

function collect(call: ClientReadableStream<DispatchFrame>): Pick<Sent, "exchange" | "content"> {
  const frames: Exchange["frames"][number][] = [];
  let serving: Exchange["serving"] = null;
  let error: Exchange["error"] = null;
  let refused: ServiceError | null = null;
  const pieces: Buffer[] = [];
  const watchers = new Set<() => void>();
  const bytes = (): number => pieces.reduce((sum, piece) => sum + piece.length, 0);
  const text = (): string => Buffer.concat(pieces).toString("utf8");
  call.on("data", ({ frame }: DispatchFrame) => {
    if (frame === undefined) return;
    frames.push(frame.$case);
    if (frame.$case === "serving") serving = frame.value;
    else if (frame.$case === "content") pieces.push(frame.value);
    else if (frame.$case === "final") pieces.push(frame.value.tail);
    else if (frame.$case === "error") error = JSON.parse(frame.value.toString("utf8")) as Exchange["error"];
    for (const watch of watchers) watch();
  });
  const exchange = new Promise<Exchange>((resolve) => {
    const end = (): void => resolve({ frames, serving, text: text(), error, refused });
    call.on("error", (problem: ServiceError) => {
      refused = problem;
      end();
    });
    call.on("end", end);
  });
  return {
    exchange,
    content: (count) =>
      new Promise((resolve) => {
        const watch = (): void => {
          if (bytes() < count) return;
          watchers.delete(watch);
          resolve(text());
        };
        watchers.add(watch);
        watch();
      }),
  };
}

/** The events of a stream, without `[DONE]`. */
export function eventsIn(text: string): Record<string, unknown>[] {
  return text
    .split("\n\n")
    .filter((event) => event !== "" && event !== "data: [DONE]")
    .map((event) => JSON.parse(event.slice("data: ".length)) as Record<string, unknown>);
}

/** What the model says in a stream. */
export function wordsIn(text: string): string {
  return eventsIn(text)
    .flatMap((event) => (event["choices"] ?? []) as { delta: { content?: string } }[])
    .map((choice) => choice.delta.content ?? "")
    .join("");
}
