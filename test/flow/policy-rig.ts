import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FACTS, catalogue, decisionInput } from "@signalbox/decision/fixtures/documents";
import { decodeAuditMessage, uuidv7, type RunningService } from "@signalbox/kit";
import {
  DecisionEvent,
  DispatchOrder,
  PipelineReply,
  REQUEST_SUBJECTS,
  eventSubject,
  type DecideItem,
  type Endpoint,
  type RequestFacts,
} from "@signalbox/proto";
import { parseEnvelope } from "@signalbox/tlog";
import type { NatsConnection } from "nats";
import { Config } from "../../services/policy/src/config.ts";
import { startPolicy } from "../../services/policy/src/service.ts";
import { freshNats, type FreshNats } from "../kit/nats.ts";
import { freshDatabase, type FreshDatabase } from "../kit/postgres.ts";

const REPLY_TO = "_INBOX_ingress.test";
const PATIENCE_MS = 10_000;

/** Where a request came out of policy, and which of its decisions had been recorded by then. */
export type PolicyAnswer = { readonly recorded: readonly DecisionEvent[] } & (
  | { readonly kind: "order"; readonly order: DispatchOrder }
  | { readonly kind: "reply"; readonly reply: PipelineReply }
);

/** Parts of a `request.decide` item that a test chooses. */
type RequestParts = {
  facts?: Partial<RequestFacts>;
  lookup?: DecideItem["lookup"];
  cacheAddress?: string | null;
  deadlineInMs?: number;
  caller?: DecideItem["route"]["caller"];
  residency?: DecideItem["route"]["residency"];
};

/** What stands around policy: a cache that sends requests, a dispatcher that takes orders, ingress' inbox, the AUDIT queue. */
export type PolicyRig = AsyncDisposable & {
  readonly db: FreshDatabase;
  readonly nats: FreshNats;
  readonly operator: NatsConnection;
  /** For files of the test's own. */
  readonly dir: string;
  start(overrides?: object): Promise<RunningService>;
  /** Takes the place of the dispatchers; without it nobody listens. */
  listenAsDispatcher(): Promise<void>;
  /** Sends the requests in one message and resolves with where each came out. */
  sendAll(requests: readonly RequestParts[]): Promise<PolicyAnswer[]>;
  send(request?: RequestParts): Promise<PolicyAnswer>;
};

export async function startPolicyRig(endpoints: readonly Endpoint[]): Promise<PolicyRig> {
  await using starting = new AsyncDisposableStack();
  const dir = await mkdtemp(join(tmpdir(), "signalbox-policy-"));
  starting.defer(() => rm(dir, { recursive: true }));
  const cataloguePath = join(dir, "catalogue.json");
  await writeFile(cataloguePath, JSON.stringify(catalogue(endpoints)));
  const signingKeyFile = join(dir, "policy.pem");
  const { privateKey } = generateKeyPairSync("ed25519");
  await writeFile(signingKeyFile, privateKey.export({ type: "pkcs8", format: "pem" }));
  const db = starting.use(await freshDatabase());
  const nats = starting.use(await freshNats());
  const operator = starting.adopt(await nats.connectAsOperator(), (open) => open.close());
  const line = await watchLine(operator);
  const rest = starting.move();
  return {
    db,
    nats,
    operator,
    dir,
    ...line,
    send: async (request = {}) => (await line.sendAll([request]))[0] as PolicyAnswer,
    start: (overrides = {}) =>
      startPolicy(
        Config.parse({
          logLevel: "fatal",
          nats: nats.credentialsFor("policy"),
          postgres: { url: db.urlFor("policy") },
          signingKeyFile,
          cataloguePath,
          ...overrides,
        }),
      ),
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}

/** Follows requests by their id through the subjects around policy. */
async function watchLine(operator: NatsConnection): Promise<Pick<PolicyRig, "sendAll" | "listenAsDispatcher">> {
  const waiting = new Map<string, (answer: PolicyAnswer) => void>();
  const events: DecisionEvent[] = [];
  const recordedOf = (requestId: string): DecisionEvent[] => events.filter((event) => event.requestId === requestId);
  operator.subscribe(eventSubject("decision", "*"), {
    callback: (_error, message) => {
      events.push(...decodeAuditMessage(message.data).map(({ envelope }) => eventIn(envelope)));
    },
  });
  operator.subscribe(REPLY_TO, {
    callback: (_error, message) => {
      for (const each of message.json<{ items: unknown[] }>().items) {
        const reply = PipelineReply.parse(each);
        waiting.get(reply.requestId)?.({ kind: "reply", reply, recorded: recordedOf(reply.requestId) });
      }
    },
  });
  await operator.flush();
  return {
    async listenAsDispatcher() {
      operator.subscribe(REQUEST_SUBJECTS.dispatch, {
        queue: "dispatcher",
        callback: (_error, message) => {
          for (const each of message.json<{ items: unknown[] }>().items) {
            const order = DispatchOrder.parse(each);
            waiting.get(order.requestId)?.({ kind: "order", order, recorded: recordedOf(order.requestId) });
          }
        },
      });
      await operator.flush();
    },
    sendAll(requests) {
      const items = requests.map(decideItem);
      const answers = items.map(({ facts }) => {
        const { promise, resolve, reject } = Promise.withResolvers<PolicyAnswer>();
        const timer = setTimeout(() => {
          reject(new Error("the request came out nowhere"));
        }, PATIENCE_MS);
        waiting.set(facts.requestId, resolve);
        return promise.finally(() => {
          clearTimeout(timer);
        });
      });
      operator.publish(REQUEST_SUBJECTS.decide, JSON.stringify({ items }));
      return Promise.all(answers);
    },
  };
}

function eventIn(bytes: Uint8Array): DecisionEvent {
  const envelope = parseEnvelope(bytes);
  if (envelope === null) throw new Error("not an envelope");
  return DecisionEvent.parse(JSON.parse(Buffer.from(envelope.payload).toString("utf8")));
}

function decideItem({
  facts,
  lookup,
  cacheAddress = "127.0.0.1:1",
  deadlineInMs = PATIENCE_MS,
  caller,
  residency,
}: RequestParts): DecideItem {
  return {
    facts: { ...FACTS, requestId: uuidv7(), ...facts },
    route: {
      replyTo: REPLY_TO,
      deadlineAtMs: Date.now() + deadlineInMs,
      traceparent: null,
      includeUsage: false,
      ...(caller === undefined ? {} : { caller }),
      ...(residency === undefined ? {} : { residency }),
    },
    classification: decisionInput().classification,
    lookup: lookup ?? { status: "miss" },
    cacheAddress,
    timing: { classifyUs: 7, lookupUs: 5 },
  };
}
