import { setImmediate as turn } from "node:timers/promises";
import { decodeJson, type Bus, type Logger } from "@signalbox/kit";
import { RECLASSIFY_SUBJECT, ReclassifyOrder, type ReclassifyAnswer } from "@signalbox/proto";
import type { Kysely } from "kysely";
import type { ContentStore } from "../content/content-store.ts";
import type { KeyDatabase } from "../keys/key-database.ts";
import { ClassifierShelf } from "./classifier-shelf.ts";
import { reclassifyRequest } from "./reclassify-request.ts";

type Options = {
  readonly bus: Bus;
  readonly db: Kysely<KeyDatabase>;
  readonly content: ContentStore;
  readonly log: Logger;
};
type Result = ReclassifyAnswer["results"][number];

/**
 * Classifies recorded requests again for the ledger's replays, from their retained content. The text stays in this process;
 * only the classification is sent back. It takes one message after the other and one request in a turn of the event loop,
 * so that callers' requests go on.
 */
export function answerReclassify(options: Options): AsyncDisposable {
  const { bus, db, log } = options;
  const shelf = new ClassifierShelf(db);
  const subscription = bus.connection.subscribe(RECLASSIFY_SUBJECT, { queue: "ingress" });
  const working = (async () => {
    for await (const message of subscription) {
      const order = ReclassifyOrder.safeParse(decoded(message.data)).data;
      // A message that is no order gets no answer; its sender times out.
      if (order === undefined) continue;
      message.respond(JSON.stringify({ results: await resultsOf(order, shelf, options) } satisfies ReclassifyAnswer));
    }
  })().catch((error: unknown) => log.error({ err: error }, "requests are not classified again any more"));
  return {
    async [Symbol.asyncDispose]() {
      if (!bus.connection.isClosed()) await subscription.drain();
      await working;
    },
  };
}

async function resultsOf(order: ReclassifyOrder, shelf: ClassifierShelf, options: Options): Promise<Result[]> {
  const results: Result[] = [];
  for (const request of order.requests) {
    results.push(await resultOf(request, { classifier: order.classifier, shelf }, options));
    await turn();
  }
  return results;
}

async function resultOf(
  request: ReclassifyOrder["requests"][number],
  { classifier: digest, shelf }: { classifier: string; shelf: ClassifierShelf },
  { content, log }: Options,
): Promise<Result> {
  try {
    const classifier = await shelf.read(digest);
    if (classifier === null) return { reason: "no-classifier" };
    const { requestId, tenant } = request.facts;
    const found = await content.read(requestId);
    if (found === null || found.tenant !== tenant) return { reason: "not-retained" };
    const recordedBy = await shelf.read(request.recorded.classifier);
    return await reclassifyRequest({ request, content: found.content, classifier, recordedBy });
  } catch (error) {
    log.warn({ err: error, requestId: request.facts.requestId }, "a request cannot be classified again");
    return { reason: "unavailable" };
  }
}

function decoded(data: Uint8Array): unknown {
  try {
    return decodeJson(data);
  } catch {
    return null;
  }
}
