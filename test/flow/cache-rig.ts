import { createHash } from "node:crypto";
import { credentials, Metadata, type ClientWritableStream, type ServiceError } from "@grpc/grpc-js";
import { uuidv7, type RunningService } from "@signalbox/kit";
import {
  DecideItem,
  NO_USAGE,
  PipelineReply,
  REQUEST_SUBJECTS,
  plainRequestFacts,
  type LookupItem,
  type RequestFacts,
} from "@signalbox/proto";
import { CacheClient, type CacheStoreRequest, type CacheStoreResponse } from "@signalbox/proto/grpc/cache";
import type { NatsConnection } from "nats";
import { Config } from "../../services/cache/src/config.ts";
import { startCache } from "../../services/cache/src/service.ts";
import { freshNats, type FreshNats } from "../kit/nats.ts";
import { freshDatabase, type FreshDatabase } from "../kit/postgres.ts";

const REPLY_TO = "_INBOX_ingress.test";
const PATIENCE_MS = 10_000;

export const KEY = "a".repeat(64);
export const OTHER_KEY = "b".repeat(64);

type Answered =
  | { readonly kind: "decide"; readonly item: DecideItem }
  | { readonly kind: "reply"; readonly reply: PipelineReply };

/** What stands around the cache: a classifier that sends requests, a policy that may take them, ingress' inbox. */
export type CacheRig = AsyncDisposable & {
  readonly db: FreshDatabase;
  readonly nats: FreshNats;
  /** Starts one instance; the caller disposes of it. */
  start(overrides?: object): Promise<RunningService & { readonly client: CacheClient }>;
  /** Sends a request into the line and resolves with where it came out. */
  send(facts: Partial<RequestFacts>): Promise<Answered>;
  /** The same for a request that is expected to reach policy. */
  lookUp(facts: Partial<RequestFacts>): Promise<DecideItem["lookup"]>;
  /** Takes the place of policy; without one nobody listens. */
  listenAsPolicy(): Promise<void>;
};

export async function startCacheRig(): Promise<CacheRig> {
  await using starting = new AsyncDisposableStack();
  const db = starting.use(await freshDatabase());
  const nats = starting.use(await freshNats());
  const connection = starting.adopt(await nats.connectAsOperator(), (open) => open.close());
  const waiting = new Map<string, (answered: Answered) => void>();
  listenAsIngress(connection, waiting);
  await connection.flush();
  const rest = starting.move();

  async function send(facts: Partial<RequestFacts>): Promise<Answered> {
    const item = lookupItem(facts);
    const { promise, resolve, reject } = Promise.withResolvers<Answered>();
    const timer = setTimeout(() => {
      reject(new Error("the request came out nowhere"));
    }, PATIENCE_MS);
    waiting.set(item.facts.requestId, resolve);
    connection.publish(REQUEST_SUBJECTS.lookup, JSON.stringify({ items: [item] }));
    return promise.finally(() => {
      clearTimeout(timer);
    });
  }

  return {
    db,
    nats,
    send,
    start: (overrides = {}) => startInstance({ db, nats }, overrides),
    async lookUp(facts) {
      const answered = await send(facts);
      if (answered.kind !== "decide") throw new Error("the request did not reach policy");
      return answered.item.lookup;
    },
    async listenAsPolicy() {
      connection.subscribe(REQUEST_SUBJECTS.decide, {
        queue: "policy",
        callback: (_error, message) => {
          for (const item of message.json<{ items: unknown[] }>().items.map((each) => DecideItem.parse(each))) {
            waiting.get(item.facts.requestId)?.({ kind: "decide", item });
          }
        },
      });
      await connection.flush();
    },
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}

function listenAsIngress(connection: NatsConnection, waiting: Map<string, (answered: Answered) => void>): void {
  connection.subscribe(REPLY_TO, {
    callback: (_error, message) => {
      for (const reply of message.json<{ items: unknown[] }>().items.map((each) => PipelineReply.parse(each))) {
        waiting.get(reply.requestId)?.({ kind: "reply", reply });
      }
    },
  });
}

async function startInstance(
  { db, nats }: { db: FreshDatabase; nats: FreshNats },
  overrides: object,
): Promise<RunningService & { readonly client: CacheClient }> {
  const config = Config.parse({
    logLevel: "error",
    nats: nats.credentialsFor("cache"),
    postgres: { url: db.urlFor("cache") },
    grpc: { callers: { ingress: digestOf("ingress"), dispatcher: digestOf("dispatcher"), policy: digestOf("policy") } },
    ...overrides,
  });
  const service = await startCache(config);
  const client = new CacheClient(`127.0.0.1:${service.ports.grpc ?? 0}`, credentials.createInsecure());
  return {
    ports: service.ports,
    client,
    async [Symbol.asyncDispose]() {
      client.close();
      await service[Symbol.asyncDispose]();
    },
  };
}

/** In these tests a service's token is its name. */
function metadataOf(service: string): Metadata {
  const metadata = new Metadata();
  metadata.set("authorization", `Bearer ${service}`);
  return metadata;
}

function digestOf(token: string): string {
  return `sha256:${createHash("sha256").update(token).digest("hex")}`;
}

/** `bodyBytes` is what the header announces; the body's own length unless it is given. */
type NewEntry = {
  requestId?: string;
  tenant?: string;
  key?: string;
  ttlSeconds?: number;
  body?: string | Buffer;
  bodyBytes?: number;
};

type OpenStore = {
  readonly call: ClientWritableStream<CacheStoreRequest>;
  readonly ended: Promise<CacheStoreResponse>;
};

/** Opens a `Store` call and writes header and body, without the half-close that would end it. */
export function openStore(client: CacheClient, entry: NewEntry = {}, caller = "dispatcher"): OpenStore {
  const {
    requestId = uuidv7(),
    tenant = "alice",
    key = KEY,
    ttlSeconds = 60,
    body = "an answer",
    bodyBytes = Buffer.byteLength(body),
  } = entry;
  const { promise: ended, resolve, reject } = Promise.withResolvers<CacheStoreResponse>();
  const call = client.store(metadataOf(caller), (error: ServiceError | null, response) => {
    if (error === null) resolve(response);
    else reject(error);
  });
  const header = {
    tenant,
    key,
    endpoint: "mock/model",
    dialect: "openai-chat",
    ttlSeconds,
    usageJson: JSON.stringify(NO_USAGE),
    bodyBytes,
    requestId,
  };
  call.write({ part: { $case: "header", value: header } });
  call.write({ part: { $case: "body", value: Buffer.from(body) } });
  return { call, ended };
}

/** Stores one answer and returns what the cache said. */
export function storeAnswer(
  client: CacheClient,
  entry: NewEntry = {},
  caller = "dispatcher",
): Promise<CacheStoreResponse> {
  const { call, ended } = openStore(client, entry, caller);
  call.end();
  return ended;
}

type ReadOptions = { tenant: string; entryId: string; caller?: string };

/** Reads one answer; rejects with gRPC's error. */
export async function readAnswer(
  client: CacheClient,
  { tenant, entryId, caller = "ingress" }: ReadOptions,
): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of client.read({ tenant, entryId }, metadataOf(caller)) as AsyncIterable<{ body: Buffer }>) {
    pieces.push(piece.body);
  }
  return Buffer.concat(pieces);
}

function lookupItem(facts: Partial<RequestFacts>): LookupItem {
  return {
    facts: plainRequestFacts({
      requestId: uuidv7(),
      tenant: "alice",
      receivedAtMs: Date.now(),
      temperatureMicro: 0,
      cache: { mode: "auto", deterministic: true, key: KEY },
      ...facts,
    }),
    route: { replyTo: REPLY_TO, deadlineAtMs: Date.now() + PATIENCE_MS, traceparent: null, includeUsage: false },
    classification: {
      task: "chat",
      difficulty: 0,
      tier: "LIGHT",
      language: "en",
      capabilities: [],
      modalities: ["text"],
      inputTokens: 5,
      signals: [],
      classifier: `sha256:${"0".repeat(64)}`,
    },
    timing: { classifyUs: 7 },
  };
}
