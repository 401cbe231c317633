/** The thread that recorded engines run in: it has no environment, no connection, and gets all that it reads as messages. */
import { parentPort, type MessagePort } from "node:worker_threads";
import { SignalboxError } from "@signalbox/proto/errors";
import type { FoundDocument, FromWorker, ToWorker } from "./replay-messages.ts";
import { ReplayRunner } from "./replay-runner.ts";

if (parentPort === null) throw new Error("this is a worker's file");
serve(parentPort);

function serve(port: MessagePort): void {
  const runner = new ReplayRunner();
  const asked = new Map<number, (documents: readonly FoundDocument[]) => void>();
  const say = (message: FromWorker): void => port.postMessage(message);

  async function work(message: Exclude<ToWorker, { kind: "documents" }>): Promise<void> {
    const { id } = message;
    say({ kind: "begun", id });
    const read = (digests: readonly string[]): Promise<readonly FoundDocument[]> => {
      const { promise, resolve } = Promise.withResolvers<readonly FoundDocument[]>();
      asked.set(id, resolve);
      say({ kind: "needs", id, digests });
      return promise;
    };
    try {
      if (message.kind === "replay") {
        say({ kind: "replayed", id, results: await runner.run(message.leaves, message.options, read) });
      } else say({ kind: "reported", id, report: runner.report(message.sample, message.order) });
    } catch (error) {
      say({ kind: "failed", id, message: SignalboxError.from(error).message });
    }
  }

  // One after the other: documents that one call holds are not forgotten by the next.
  let working = Promise.resolve();
  port.on("message", (message: ToWorker) => {
    if (message.kind !== "documents") {
      working = working.then(() => work(message));
      return;
    }
    asked.get(message.id)?.(message.documents);
    asked.delete(message.id);
  });
}
