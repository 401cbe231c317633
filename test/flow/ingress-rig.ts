import { createHash, generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeAuditMessage, uuidv7 } from "@signalbox/kit";
import { startGrpcServer, type GrpcServer, type ServedService } from "@signalbox/kit/grpc";
import {
  AdminEvent,
  AUDIT_STREAM,
  ErasureEvent,
  FeedbackEvent,
  ClassifyItem,
  NO_USAGE,
  OutcomeEvent,
  REQUEST_SUBJECTS,
  type Labels,
  type PipelineReply,
  type Role,
} from "@signalbox/proto";
import { CacheService, type CacheServer } from "@signalbox/proto/grpc/cache";
import { DispatcherService, type DispatcherServer } from "@signalbox/proto/grpc/dispatcher";
import { LedgerService, type LedgerServer } from "@signalbox/proto/grpc/ledger";
import { parseEnvelope } from "@signalbox/tlog";
import { Kysely, PostgresDialect } from "kysely";
import type { NatsConnection } from "nats";
import { Pool } from "pg";
import { Config } from "../../services/ingress/src/config.ts";
import { createKey, type KeyDatabase } from "../../services/ingress/src/keys/index.ts";
import type { ServedRoute } from "../../services/ingress/src/http/http-server.ts";
import { startIngress } from "../../services/ingress/src/service.ts";
import { freshNats, type FreshNats } from "../kit/nats.ts";
import { freshDatabase } from "../kit/postgres.ts";
import { playExchange } from "./played-exchange.ts";

/** How the rest of the line answers one request: null stays silent. */
export type LineScript = (item: ClassifyItem) => Partial<PipelineReply> | null;

/** An event that ingress recorded, with the labels that travelled beside it. */
type RecordedOutcome = { readonly event: OutcomeEvent; readonly labels: Labels | null };

/**
 * An ingress between real NATS and Postgres; classifier to dispatcher, cache and ledger are played by the test on their
 * wires.
 */
export type IngressRig = AsyncDisposable & {
  readonly baseUrl: string;
  readonly nats: FreshNats;
  readonly operator: NatsConnection;
  readonly memberKey: string;
  readonly adminKey: string;
  readonly otherTenantKey: string;
  readonly pepper: Buffer;
  /** Where the played dispatcher and cache listen. */
  readonly address: string;
  /** What the server serves, and what each route needs. */
  readonly routes: readonly ServedRoute[];
  /** Another ingress beside the first. */
  startReplica(): Promise<AsyncDisposable & { readonly baseUrl: string }>;
  /** A connection as the owner of the tables. */
  readonly db: Kysely<KeyDatabase>;
  /** What ingress sent down the line, oldest first. */
  readonly seen: ClassifyItem[];
  /** Takes the place of all stages from the classifier on. */
  playLine(script: LineScript): Promise<void>;
  /** What was recorded of the line's own changes, in order. */
  readonly changes: readonly AdminEvent[];
  /** What was said of answers, and which content was erased. */
  readonly others: readonly (FeedbackEvent | ErasureEvent)[];
  /** The outcome of a request, once it is in the AUDIT queue. */
  outcomeOf(requestId: string): Promise<RecordedOutcome>;
  post(
    body: unknown,
    options?: { key?: string; headers?: Record<string, string>; signal?: AbortSignal },
  ): Promise<Response>;
};

type PlayedServices = {
  dispatcher?: DispatcherServer["dispatch"];
  cache?: CacheServer["read"];
  ledger?: Partial<LedgerServer>;
};

export const CHAT = { model: "auto", messages: [{ role: "user", content: "Hello there." }] };
const PATIENCE_MS = 5_000;

export async function startIngressRig(played: PlayedServices = {}, overrides: object = {}): Promise<IngressRig> {
  await using starting = new AsyncDisposableStack();
  const database = starting.use(await freshDatabase());
  const nats = starting.use(await freshNats());
  const dir = await mkdtemp(join(tmpdir(), "signalbox-ingress-"));
  starting.defer(() => rm(dir, { recursive: true, force: true }));
  const pool = new Pool({ connectionString: database.ownerUrl, max: 1 });
  const db = starting.use(new Kysely<KeyDatabase>({ dialect: new PostgresDialect({ pool }) }));
  const pepper = Buffer.from(randomBytes(32).toString("hex"));
  const make = (tenant: string, role: Role): Promise<{ secretKey: string }> =>
    createKey(db, { tenant, role, name: role, pepper });
  const [member, admin, other] = [
    await make("alice", "member"),
    await make("alice", "admin"),
    await make("bob", "member"),
  ];
  const services = starting.use(await playServices(played));
  const files = await configFiles(dir, pepper);
  const configure = (): Config =>
    Config.parse({
      logLevel: "error",
      http: { port: 0 },
      nats: nats.credentialsFor("ingress"),
      postgres: { url: database.urlFor("ingress") },
      ledgerAddress: services.address,
      ...files,
      ...overrides,
      // The tenant of the rig's keys runs the line.
      identity: { operatorTenant: "alice", ...(overrides as { identity?: object }).identity },
    });
  const ingress = starting.use(await startIngress(configure()));
  const operator = starting.adopt(await nats.connectAsOperator(), (connection) => connection.close());
  const seen: ClassifyItem[] = [];
  const outcomes = await collectOutcomes(operator);
  const rest = starting.move();
  const baseUrl = `http://127.0.0.1:${ingress.ports.http ?? 0}`;
  return {
    baseUrl,
    nats,
    operator,
    memberKey: member.secretKey,
    adminKey: admin.secretKey,
    otherTenantKey: other.secretKey,
    pepper,
    address: services.address,
    routes: ingress.routes,
    startReplica: async () => {
      const replica = await startIngress(configure());
      return {
        baseUrl: `http://127.0.0.1:${replica.ports.http ?? 0}`,
        [Symbol.asyncDispose]: () => replica[Symbol.asyncDispose](),
      };
    },
    db,
    seen,
    changes: outcomes.changes,
    others: outcomes.others,
    outcomeOf: (requestId) => outcomes.of(requestId),
    async playLine(script) {
      operator.subscribe(REQUEST_SUBJECTS.classify, {
        queue: "classifier",
        callback: (_error, message) => {
          for (const item of message.json<{ items: unknown[] }>().items.map((each) => ClassifyItem.parse(each))) {
            seen.push(item);
            answer(operator, item, script);
          }
        },
      });
      await operator.flush();
    },
    post: (body, { key = member.secretKey, headers = {}, signal } = {}) =>
      fetch(`${baseUrl}/v1/chat/completions`, {
        method: "POST",
        headers: { authorization: `Bearer ${key}`, "content-type": "application/json", ...headers },
        body: typeof body === "string" ? body : JSON.stringify(body),
        ...(signal === undefined ? {} : { signal }),
      }),
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}

async function configFiles(dir: string, pepper: Buffer): Promise<object> {
  const files = {
    pepperFile: join(dir, "pepper"),
    signingKeyFile: join(dir, "ingress.pem"),
    cataloguePath: join(dir, "catalogue.json"),
    grpcTokenFile: join(dir, "token"),
    operatorTokenFile: join(dir, "operator-token"),
  };
  const { privateKey } = generateKeyPairSync("ed25519");
  await writeFile(files.pepperFile, pepper);
  await writeFile(files.signingKeyFile, privateKey.export({ format: "pem", type: "pkcs8" }));
  await writeFile(files.grpcTokenFile, "ingress\n");
  await writeFile(files.operatorTokenFile, "operator\n");
  await writeFile(files.cataloguePath, JSON.stringify(catalogue()));
  return files;
}

function playServices(played: PlayedServices): Promise<GrpcServer> {
  // In these tests a service's token is its name.
  const callers = { ingress: `sha256:${sha256("ingress")}`, operator: `sha256:${sha256("operator")}` };
  const config = { host: "127.0.0.1", port: 0, advertiseHost: null, callers };
  const services: ServedService[] = [];
  if (played.dispatcher !== undefined) {
    const implementation = { dispatch: played.dispatcher, exchange: playExchange(played.dispatcher) };
    services.push({ definition: DispatcherService, implementation, only: null });
  }
  if (played.cache !== undefined)
    services.push({ definition: CacheService, implementation: { read: played.cache }, only: null });
  if (played.ledger !== undefined)
    services.push({ definition: LedgerService, implementation: played.ledger as LedgerServer, only: null });
  return startGrpcServer(config, services);
}

function answer(connection: NatsConnection, item: ClassifyItem, script: LineScript): void {
  const reply = script(item);
  if (reply === null) return;
  const { requestId, attempt } = item.facts;
  connection.publish(item.route.replyTo, JSON.stringify({ items: [{ requestId, attempt, ...reply }] }));
}

/** Reads the AUDIT queue's subjects as they are published, so that the queue itself is left alone. */
async function collectOutcomes(operator: NatsConnection): Promise<{
  changes: readonly AdminEvent[];
  others: readonly (FeedbackEvent | ErasureEvent)[];
  of(requestId: string): Promise<RecordedOutcome>;
}> {
  const changes: AdminEvent[] = [];
  const others: (FeedbackEvent | ErasureEvent)[] = [];
  const known = new Map<string, RecordedOutcome>();
  operator.subscribe(AUDIT_STREAM.subjects[0], {
    callback: (_error, message) => {
      for (const { envelope, labels } of decodeAuditMessage(message.data)) {
        const payload = parseEnvelope(envelope)?.payload;
        const said: unknown = JSON.parse(Buffer.from(payload ?? []).toString("utf8"));
        const event = OutcomeEvent.safeParse(said).data;
        if (event !== undefined) {
          known.set(event.requestId, { event, labels });
          continue;
        }
        const feedback = FeedbackEvent.safeParse(said).data;
        const erasure = ErasureEvent.safeParse(said).data;
        if (feedback !== undefined) others.push(feedback);
        else if (erasure !== undefined) others.push(erasure);
        else changes.push(AdminEvent.parse(said));
      }
    },
  });
  await operator.flush();
  return {
    changes,
    others,
    async of(requestId) {
      const untilMs = Date.now() + PATIENCE_MS;
      for (;;) {
        const outcome = known.get(requestId);
        if (outcome !== undefined) return outcome;
        if (Date.now() > untilMs) throw new Error("no outcome was recorded");
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
  };
}

function catalogue(): object {
  const endpoint = {
    id: "mock/org/model-1",
    provider: "mock",
    model: "org/model-1",
    family: "model-1",
    name: "Model 1",
    dialect: "openai-chat",
    region: null,
    openWeights: false,
    contextTokens: null,
    maxOutputTokens: null,
    capabilities: [],
    inputs: ["text"],
    price: null,
    quality: {},
    released: "2026-01-02",
    deprecated: false,
  };
  return { schema: "signalbox.catalogue.v1", date: "2026-11-21", endpoints: [endpoint] };
}

/** A reply that names the played dispatcher. */
export function dispatchTo(address: string): Partial<PipelineReply> {
  return { kind: "dispatch", decisionId: uuidv7(), address, claim: "claim-1" };
}

/** A reply that names a cached answer at the played cache. */
export function cachedAt(address: string): Partial<PipelineReply> {
  return {
    kind: "cached",
    decisionId: uuidv7(),
    entryId: uuidv7(),
    address,
    endpoint: "mock/org/model-1",
    usage: { ...NO_USAGE, inputTokens: 5, outputTokens: 2, source: "reported" },
  };
}

/** The SHA-256 of a text in hex. */
function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
