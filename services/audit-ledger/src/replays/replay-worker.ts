/**
 * The thread that recorded engines run in: it has no environment, no connection, and gets all that it reads as
 * messages.
 */
import { parentPort, workerData, type MessagePort } from "node:worker_threads";
import { SignalboxError } from "@signalbox/proto/errors";
import { unpackLeaves } from "./packed-leaves.ts";
import { NOWHERE, type FoundDocument, type FromWorker, type ToWorker } from "./replay-messages.ts";
import { ReplayRunner } from "./replay-runner.ts";

if (parentPort === null) throw new Error("this is a worker's file");
serve(parentPort, workerData as Int32Array);

/** `position` is read by the ledger's own thread: a call's leaf that is being decided. */
function serve(port: MessagePort, position: Int32Array): void {
  const runner = new ReplayRunner((at) => {
    position[0] = at;
  });
  const asked = new Map<number, (documents: readonly FoundDocument[]) => void>();
  const say = (message: FromWorker): void => port.postMessage(message);

  async function work(message: Exclude<ToWorker, { kind: "documents" }>): Promise<void> {
    const { id } = message;
    position[0] = NOWHERE;
    say({ kind: "begun", id });
    const read = (digests: readonly string[]): Promise<readonly FoundDocument[]> => {
      const { promise, resolve } = Promise.withResolvers<readonly FoundDocument[]>();
      asked.set(id, resolve);
      say({ kind: "needs", id, digests });
      return promise;
    };
    try {
      if (message.kind === "replay") {
        say({ kind: "replayed", id, results: await runner.run(unpackLeaves(message.leaves), message.options, read) });
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
