import { uuidv7 } from "@signalbox/kit";
import { LookupItem, PipelineReply, REQUEST_SUBJECTS, VIEW_MAX_BYTES, type ClassifyItem } from "@signalbox/proto";
import type { NatsConnection } from "nats";
import { afterAll, beforeAll, expect, test } from "vitest";
import { itemOf } from "../../libs/classify/src/__fixtures__/item.ts";
import { Config } from "../../services/classifier/src/config.ts";
import { startClassifier } from "../../services/classifier/src/service.ts";
import { freshNats, type FreshNats } from "../kit/nats.ts";

const REPLY_TO = "_INBOX_ingress.test";
const PATIENCE_MS = 10_000;

let nats: FreshNats;
let line: NatsConnection;
beforeAll(async () => {
  nats = await freshNats();
  line = await nats.connectAsOperator();
});
afterAll(async () => {
  await line.close();
  await nats[Symbol.asyncDispose]();
});

test("a request reaches the cache classified, with facts and route as they came and without its text", async () => {
  await using _classifier = await start();
  const arrived = await collect(REQUEST_SUBJECTS.lookup, "cache");
  const item = itemFor("Write a python function that reverses a secret list.");
  send([item]);
  const [found] = await arrived(1);
  expect(LookupItem.parse(found)).toMatchObject({
    facts: item.facts,
    route: item.route,
    classification: { task: "code", language: "en", tier: "STANDARD", modalities: ["text"] },
  });
  expect(JSON.stringify(found)).not.toContain("secret");
});

test("the requests of one message all arrive, each with its own classification", async () => {
  await using _classifier = await start();
  const arrived = await collect(REQUEST_SUBJECTS.lookup, "cache");
  const items = Array.from({ length: 60 }, (_, at) => itemFor(at % 2 === 0 ? `Hello ${at}!` : `Prove lemma ${at}.`));
  send(items);
  const found = (await arrived(items.length)).map((each) => LookupItem.parse(each));
  expect(new Set(found.map(({ facts }) => facts.requestId)).size).toBe(items.length);
  expect(found.filter(({ classification }) => classification.tier === "LIGHT").length).toBe(items.length / 2);
});

test("a view of 64 KiB without a space holds up no other request", async () => {
  await using _classifier = await start();
  const arrived = await collect(REQUEST_SUBJECTS.lookup, "cache");
  send([itemFor("a".repeat(VIEW_MAX_BYTES))]);
  send([itemFor("Hello!")]);
  const startedMs = performance.now();
  await arrived(2);
  expect(performance.now() - startedMs).toBeLessThan(1_000);
});

test("with no cache running the caller gets a typed failure at once", async () => {
  await using _classifier = await start();
  const replies = await collect(REPLY_TO);
  const item = itemFor("Hello!");
  const startedMs = performance.now();
  send([item]);
  const [reply] = await replies(1);
  expect(performance.now() - startedMs).toBeLessThan(1_000);
  expect(PipelineReply.parse(reply)).toMatchObject({
    kind: "failed",
    requestId: item.facts.requestId,
    error: { code: "stage-unavailable", details: { stage: "cache" } },
  });
});

test("a request whose time is over goes no further", async () => {
  await using _classifier = await start();
  const replies = await collect(REPLY_TO);
  const item = itemFor("Hello!");
  send([{ ...item, route: { ...item.route, deadlineAtMs: Date.now() - 1 } }]);
  const [reply] = await replies(1);
  expect(PipelineReply.parse(reply)).toMatchObject({ kind: "failed", error: { code: "deadline-exceeded" } });
});

function start(): ReturnType<typeof startClassifier> {
  return startClassifier(Config.parse({ logLevel: "error", nats: nats.credentialsFor("classifier") }));
}

function send(items: ClassifyItem[]): void {
  line.publish(REQUEST_SUBJECTS.classify, JSON.stringify({ items }));
}

function itemFor(text: string): ClassifyItem {
  const { facts, view } = itemOf(text, { facts: { requestId: uuidv7(), tenant: "alice" } });
  const deadlineAtMs = Date.now() + PATIENCE_MS;
  return { facts, view, route: { replyTo: REPLY_TO, deadlineAtMs, traceparent: null, includeUsage: false } };
}

/** Listens from now on; the returned function resolves with the first `count` items and stops listening. */
async function collect(subject: string, queue?: string): Promise<(count: number) => Promise<unknown[]>> {
  const found: unknown[] = [];
  const { promise: first, resolve, reject } = Promise.withResolvers<void>();
  let wanted = Number.POSITIVE_INFINITY;
  const subscription = line.subscribe(subject, {
    ...(queue === undefined ? {} : { queue }),
    callback: (_error, message) => {
      found.push(...message.json<{ items: unknown[] }>().items);
      if (found.length >= wanted) resolve();
    },
  });
  await line.flush();
  return async (count) => {
    wanted = count;
    if (found.length >= count) resolve();
    const timer = setTimeout(() => {
      reject(new Error(`${found.length} of ${count} items arrived`));
    }, PATIENCE_MS);
    await first.finally(() => {
      clearTimeout(timer);
      subscription.unsubscribe();
    });
    return found;
  };
}
