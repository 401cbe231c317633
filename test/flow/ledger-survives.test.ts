import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { uuidv7 } from "@signalbox/kit";
import { AUDIT_STREAM } from "@signalbox/proto";
import { nanos } from "nats";
import { afterEach, beforeEach, expect, test } from "vitest";
import { decisionEvent, outcomeEvent, type SignedEvent } from "./ledger-events.ts";
import { headOf, rootOf, startLedgerRig, until, type LedgerRig } from "./ledger-rig.ts";

const ACK_WAIT_MS = 2_000;
const MAIN = join(import.meta.dirname, "../../services/audit-ledger/src/main.ts");

let rig: LedgerRig;
beforeEach(async () => {
  rig = await startLedgerRig();
  // What a killed process held comes again sooner than in earnest.
  const manager = await rig.operator.jetstreamManager();
  await manager.consumers.update(AUDIT_STREAM.name, AUDIT_STREAM.consumer, { ack_wait: nanos(ACK_WAIT_MS) });
});
afterEach(() => rig[Symbol.asyncDispose]());

function signRequests(count: number): SignedEvent[] {
  return Array.from({ length: count }).flatMap(() => {
    const ids = { requestId: uuidv7(), decisionId: uuidv7() };
    return [...rig.policy.sign([decisionEvent(ids)]), ...rig.dispatcher.sign([outcomeEvent(ids)])];
  });
}

/** Every event is one leaf, and nothing else is; indexes are dense; the head is the root over the rows. */
async function expectExactly(events: readonly SignedEvent[]): Promise<void> {
  const leaves = await rig.leaves(events.length);
  expect(leaves.map(({ eventId }) => eventId).toSorted()).toEqual(events.map(({ eventId }) => eventId).toSorted());
  expect(leaves.map(({ index }) => index)).toEqual(leaves.map((_, at) => at));
  expect(await headOf(rig.owner)).toEqual({ size: leaves.length, root: rootOf(leaves) });
  expect(await rig.quarantined()).toEqual([]);
}

async function queueIsEmpty(): Promise<void> {
  const manager = await rig.operator.jetstreamManager();
  await until(async () => {
    const { num_pending, num_ack_pending } = await manager.consumers.info(AUDIT_STREAM.name, AUDIT_STREAM.consumer);
    return num_pending + num_ack_pending === 0 ? true : undefined;
  }, 50_000);
}

async function startProcess(): Promise<ChildProcess> {
  const file = `${rig.stateFile}.config.yaml`;
  await writeFile(file, JSON.stringify(rig.config));
  const child = fork(MAIN, ["--config", file], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  await once(child, "message");
  return child;
}

test("B15 killed again and again between its commits and acknowledgements, it loses and doubles nothing", async () => {
  const events = signRequests(600);
  const enqueueing = (async () => {
    for (let at = 0; at < events.length; at += 8) await rig.enqueue(events.slice(at, at + 8));
  })();
  for (let kill = 0; kill < 3; kill += 1) {
    const before = (await headOf(rig.owner)).size;
    const child = await startProcess();
    await until(async () => ((await headOf(rig.owner)).size > before ? true : undefined));
    child.kill("SIGKILL");
    await once(child, "exit");
  }
  await enqueueing;
  const last = await startProcess();
  await queueIsEmpty();
  await expectExactly(events);
  last.kill("SIGTERM");
  expect(await once(last, "exit")).toEqual([0, null]);
  const { rows } = await rig.owner.query("select size from ledger_checkpoint order by size desc limit 1");
  expect(rows).toEqual([{ size: String(events.length) }]);
}, 120_000);

test("a second instance stands by and takes over when the first one stops", async () => {
  const events = signRequests(20);
  const first = await rig.start({ instance: "first" });
  await using _second = await rig.start({ instance: "second" });
  await rig.enqueue(events.slice(0, 20));
  await rig.leaves(20);
  await first[Symbol.asyncDispose]();
  await rig.enqueue(events.slice(20));
  await expectExactly(events);
  const { rows } = await rig.owner.query("select epoch from ledger_head");
  expect(rows).toEqual([{ epoch: "2" }]);
});

test("a sequencer whose epoch has passed appends nothing until it has taken the head again", async () => {
  const events = signRequests(2);
  await using _ledger = await rig.start();
  await rig.enqueue(events.slice(0, 2));
  await rig.leaves(2);
  await rig.owner.query("update ledger_head set epoch = epoch + 5");
  await rig.enqueue(events.slice(2));
  await expectExactly(events);
  const { rows } = await rig.owner.query("select epoch from ledger_head");
  expect(rows).toEqual([{ epoch: "7" }]);
});

test("B13 the log goes on into its next partition, which is made in time and holds to the same rules", async () => {
  const size = 1_048_573;
  // As many full subtrees as the size has bits set; what stands in them does not matter here.
  const frontier = Buffer.alloc(32 * 19, 7);
  await rig.owner.query("update ledger_head set size = $1, open_from = $1, frontier = $2", [size, frontier]);
  const events = signRequests(3);
  await using _ledger = await rig.start();
  await rig.enqueue(events);
  const leaves = await rig.leaves(6);
  expect(leaves.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5].map((at) => size + at));
  const { rows } = await rig.owner.query("select count(*)::int as leaves from ledger_leaf_1");
  expect(rows).toEqual([{ leaves: 3 }]);
  for (const statement of [
    "update ledger_leaf_1 set tenant = 'x'",
    "delete from ledger_leaf_1",
    "truncate ledger_leaf_1",
  ]) {
    await expect(rig.owner.query(statement)).rejects.toThrow("append-only");
  }
});

test("B13 while Postgres is away nothing is acknowledged, and afterwards all of it is there", async () => {
  const events = signRequests(60);
  await using link = await cuttableLink(rig.db.urlFor("audit-ledger"));
  await using _ledger = await rig.start({ postgres: { url: link.url } });
  await rig.enqueue(events.slice(0, 10));
  await rig.leaves(10);
  link.cut();
  await rig.enqueue(events.slice(10));
  await sleep(1_500);
  expect((await headOf(rig.owner)).size).toBe(10);
  const manager = await rig.operator.jetstreamManager();
  expect((await manager.streams.info(AUDIT_STREAM.name)).state.messages).toBeGreaterThan(0);
  link.mend();
  await expectExactly(events);
  await queueIsEmpty();
}, 60_000);

type Link = AsyncDisposable & { readonly url: string; cut(): void; mend(): void };

/** A way to Postgres that can be cut: connections break and new ones are refused. */
async function cuttableLink(url: string): Promise<Link> {
  const target = new URL(url);
  const [port, host] = [Number(target.port), target.hostname];
  const sockets = new Set<Socket>();
  let isCut = false;
  const server = createServer((socket) => {
    if (isCut) {
      socket.destroy();
      return;
    }
    const onward = connect(port, host);
    for (const [from, to] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      sockets.add(from);
      from.pipe(to);
      from.on("error", () => to.destroy());
      from.on("close", () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  target.port = String((server.address() as { port: number }).port);
  return {
    url: target.href,
    cut() {
      isCut = true;
      for (const socket of sockets) socket.destroy();
    },
    mend() {
      isCut = false;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
