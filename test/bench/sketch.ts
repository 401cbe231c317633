import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectOperator } from "@signalbox/infra/nats/connect-operator.ts";
import { findNatsServer } from "@signalbox/infra/nats/find-nats-server.ts";
import { natsKeys } from "@signalbox/infra/nats/nats-keys.ts";
import { startNats } from "@signalbox/infra/nats/start-nats.ts";
import { freePort } from "@signalbox/infra/process/free-port.ts";
import { DiscardPolicy } from "nats";
import { endChild, forkFile, nextMessage } from "./child-process.ts";
import type { Listening } from "./serve-as-child.ts";
import { EVENT_SUBJECT } from "./sketch-bus.ts";
import type { Target } from "./target.ts";

/** In the order in which they start: each finds the one that it sends to. */
const STAGES = ["dispatcher", "policy", "cache", "classifier", "ingress"] as const;
export type SketchStage = (typeof STAGES)[number];

const CACHE = join(import.meta.dirname, "../../node_modules/.cache/signalbox");
/** What it would need for an hour is of no use to anyone, so the oldest gives way. */
const EVENTS_MAX_BYTES = 64 * 1024 * 1024;

/**
 * The line's messages without its work: five processes that forward, have two events acknowledged and share one call
 * with a dispatcher, as the services do, and read, check, count, decide, sign and keep nothing. What it takes is what the
 * hops themselves take on this machine.
 */
export async function startSketch(mock: Target): Promise<Target> {
  await using stack = new AsyncDisposableStack();
  const dir = await mkdtemp(join(tmpdir(), "signalbox-sketch-"));
  stack.defer(() => rm(dir, { recursive: true, force: true }));
  await mkdir(CACHE, { recursive: true });
  const server = stack.use(
    await startNats({
      binary: await findNatsServer(CACHE),
      dir: join(dir, "nats"),
      port: await freePort(),
      keys: natsKeys(join(dir, "keys")),
      logFile: join(dir, "nats.log"),
    }),
  );
  await makeStream(server.operatorUrl);
  let [port, pid] = [0, 0];
  for (const stage of STAGES) {
    const child = forkFile("sketch-stage.ts", [stage, server.operatorUrl, mock.baseUrl]);
    stack.defer(() => endChild(child));
    [port, pid] = [(await nextMessage<Listening>(child, `the sketch's ${stage}`)).port, child.pid!];
  }
  const running = stack.move();
  return {
    name: "sketch",
    baseUrl: `http://127.0.0.1:${port}`,
    headers: {},
    pid,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

async function makeStream(url: string): Promise<void> {
  const nats = await connectOperator(url);
  const manager = await nats.jetstreamManager();
  const limits = { max_bytes: EVENTS_MAX_BYTES, discard: DiscardPolicy.Old };
  await manager.streams.add({ name: "SKETCH", subjects: [EVENT_SUBJECT], ...limits });
  await nats.close();
}
