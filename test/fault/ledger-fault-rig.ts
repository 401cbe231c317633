import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { recordedTerminal } from "@signalbox/infra/cli/recorded-terminal.ts";
import { runCli } from "@signalbox/infra/cli/run-cli.ts";
import { encodeAuditMessage, uuidv7 } from "@signalbox/kit";
import { AUDIT_STREAM, eventSubject, Receipt, receiptSubject } from "@signalbox/proto";
import { formatVkey } from "@signalbox/tlog";
import { nanos } from "nats";
import { decisionEvent, outcomeEvent, type SignedEvent } from "../flow/ledger-events.ts";
import { headOf, startLedgerRig, until, type LedgerNeighbours, type LedgerRig } from "../flow/ledger-rig.ts";
import { LedgerProcess } from "./ledger-process.ts";
import { linkToPostgres, type PostgresLink } from "./postgres-link.ts";

export const ORIGIN = "signalbox.test/log";
/** What a killed ledger held comes again sooner than in earnest. */
const ACK_WAIT_MS = 2_000;
const PUBLISH_TIMEOUT_MS = 2_000;
const PATIENCE_MS = 90_000;

type StartOptions = {
  /** Over the rig's config. */
  readonly config?: object;
  /** Node's own options. */
  readonly execArgv?: string[];
};

type CliRun = { readonly code: number; readonly stdout: string; readonly stderr: string };

/** A ledger's real surroundings with ways to break them, and with what every scenario must end with. */
export class FaultRig implements AsyncDisposable {
  readonly rig: LedgerRig;
  /** Where the ledger meets Postgres. */
  readonly link: PostgresLink;
  /** As the command line knows one: keys, tokens and what was signed last. */
  readonly home: string;
  readonly policyFile: string;
  /** Everything that the queue took. */
  readonly acknowledged = new Map<string, SignedEvent>();
  /** Every index that a receipt named, by event id. */
  readonly receipts = new Map<string, Set<number>>();
  readonly #resources: AsyncDisposableStack;
  #files = 0;

  private constructor(parts: { rig: LedgerRig; link: PostgresLink; home: string; resources: AsyncDisposableStack }) {
    this.rig = parts.rig;
    this.link = parts.link;
    this.home = parts.home;
    this.#resources = parts.resources;
    this.policyFile = join(this.home, "policy.txt");
  }

  static async start(neighbours: LedgerNeighbours = {}): Promise<FaultRig> {
    await using starting = new AsyncDisposableStack();
    const rig = starting.use(await startLedgerRig(neighbours));
    const link = starting.use(await linkToPostgres(rig.db.urlFor("audit-ledger")));
    const home = await mkdtemp(join(tmpdir(), "signalbox-fault-"));
    starting.defer(() => rm(home, { recursive: true, force: true }));
    const started = new FaultRig({ rig, link, home, resources: starting.move() });
    await started.#prepare();
    return started;
  }

  async #prepare(): Promise<void> {
    for (const folder of ["grpc", "signing"]) await mkdir(join(this.home, "keys", folder), { recursive: true });
    const logKey = this.rig.checkpointKey.export({ type: "pkcs8", format: "pem" });
    await writeFile(join(this.home, "keys/signing/log.pem"), logKey);
    await writeFile(join(this.home, "keys/grpc/operator.token"), "token of the operator\n");
    await writeFile(this.policyFile, `log ${this.vkey}\nquorum none\n`);
    await this.hastenRedelivery();
    this.rig.operator.subscribe(receiptSubject("*"), {
      callback: (error, message) => {
        if (error !== null) return;
        for (const event of Receipt.parse(message.json()).events) {
          if (event.status !== "committed") continue;
          const indexes = this.receipts.get(event.eventId) ?? new Set();
          this.receipts.set(event.eventId, indexes.add(event.index));
        }
      },
    });
    await this.rig.operator.flush();
  }

  /** To be said again of a consumer that was made anew. */
  async hastenRedelivery(): Promise<void> {
    // What is asked of a server that has just come back may be lost with the connection.
    const update = async (): Promise<true> => {
      const manager = await this.rig.operator.jetstreamManager();
      await manager.consumers.update(AUDIT_STREAM.name, AUDIT_STREAM.consumer, { ack_wait: nanos(ACK_WAIT_MS) });
      return true;
    };
    await until(() => update().catch(() => undefined), PATIENCE_MS);
  }

  get vkey(): string {
    return formatVkey(ORIGIN, this.rig.checkpointKey);
  }

  get stateFile(): string {
    return join(this.home, "ledger/signed-head.json");
  }

  /** Of every ledger that is started here. */
  get config(): object {
    const base = this.rig.config as { checkpoint: object };
    const keyFile = join(this.home, "keys/signing/log.pem");
    return {
      ...base,
      logLevel: "error",
      postgres: { url: this.link.url },
      files: { port: 0 },
      checkpoint: { ...base.checkpoint, keyFile, stateFile: this.stateFile },
    };
  }

  /** A ledger that will be ready, or not. */
  async spawn({ config = {}, execArgv = [] }: StartOptions = {}): Promise<LedgerProcess> {
    const merged = { ...this.config, ...config };
    this.#files += 1;
    const file = join(this.home, `ledger-${this.#files}.yaml`);
    return this.#resources.use(await LedgerProcess.spawn(merged, { file, execArgv }));
  }

  async start(options: StartOptions = {}): Promise<LedgerProcess> {
    return (await this.spawn(options)).ready();
  }

  /** A decision and an outcome of each. */
  sign(requests: number): SignedEvent[] {
    return Array.from({ length: requests }).flatMap(() => {
      const ids = { requestId: uuidv7(), decisionId: uuidv7() };
      return [...this.rig.policy.sign([decisionEvent(ids)]), ...this.rig.dispatcher.sign([outcomeEvent(ids)])];
    });
  }

  /** Puts events into the queue, trying again until it acknowledges them, as producers do. */
  async record(events: readonly SignedEvent[]): Promise<void> {
    const bySubject = Map.groupBy(events, ({ type, tenant }) => eventSubject(type, tenant));
    for (const [subject, group] of bySubject) {
      const payload = encodeAuditMessage(group.map(({ envelope }) => ({ envelope, labels: null })));
      await until(() => this.publish(subject, payload), PATIENCE_MS);
      for (const event of group) this.acknowledged.set(event.eventId, event);
    }
  }

  /** Undefined when the queue did not acknowledge it. */
  async publish(subject: string, payload: Uint8Array): Promise<true | undefined> {
    try {
      const ack = await this.rig.operator.request(subject, payload, { timeout: PUBLISH_TIMEOUT_MS });
      return ack.json<{ error?: unknown }>().error === undefined ? true : undefined;
    } catch {
      return undefined;
    }
  }

  async size(): Promise<number> {
    return (await headOf(this.rig.owner)).size;
  }

  async grownTo(size: number): Promise<void> {
    await until(async () => ((await this.size()) >= size ? true : undefined), PATIENCE_MS);
  }

  /** Waits until all that was acknowledged is dealt with, and a checkpoint covers it. */
  async settled(): Promise<void> {
    const manager = await this.rig.operator.jetstreamManager();
    await until(async () => {
      const info = await manager.consumers.info(AUDIT_STREAM.name, AUDIT_STREAM.consumer).catch(() => null);
      return info !== null && info.num_pending + info.num_ack_pending === 0 ? true : undefined;
    }, PATIENCE_MS);
    await until(async () => {
      const { rowCount } = await this.rig.owner.query(
        "select from ledger_checkpoint c join ledger_head h on h.size = c.size",
      );
      return rowCount === 1 ? true : undefined;
    }, PATIENCE_MS);
  }

  /** Waits for a checkpoint over at least so many leaves. */
  async covers(size: number): Promise<void> {
    await until(async () => {
      const { rowCount } = await this.rig.owner.query("select from ledger_checkpoint where size >= $1 limit 1", [size]);
      return rowCount === 1 ? true : undefined;
    }, PATIENCE_MS);
  }

  /** Keeps what the log shows of itself now, as an auditor would. Returns the file. */
  async keepCheckpoint(ledger: LedgerProcess): Promise<string> {
    await this.settled();
    const response = await fetch(`${ledger.url}/checkpoint`);
    if (response.status !== 200) throw new Error("the log shows no checkpoint");
    this.#files += 1;
    const file = join(this.home, `kept-${this.#files}.checkpoint`);
    await writeFile(file, await response.text());
    return file;
  }

  async cli(...args: string[]): Promise<CliRun> {
    const terminal = recordedTerminal();
    const code = await runCli([...args, "--home", this.home], terminal);
    return { code, stdout: terminal.stdout.join("\n"), stderr: terminal.stderr.join("\n") };
  }

  fsck(...more: string[]): Promise<CliRun> {
    return this.cli("fsck", "--database", this.rig.db.ownerUrl, ...more, "--json");
  }

  /** Copies the log as its ledger shows it. Returns the folder. */
  async export(ledger: LedgerProcess): Promise<string> {
    this.#files += 1;
    const folder = join(this.home, `copy-${this.#files}`);
    const tokenFile = join(this.home, "keys/grpc/operator.token");
    const { code, stderr } = await this.cli("export", folder, "--source", ledger.url, "--token-file", tokenFile);
    if (code !== 0) throw new Error(stderr);
    return folder;
  }

  /** From a folder alone, against a checkpoint that was kept earlier. */
  verify(folder: string, since: string): Promise<CliRun> {
    return this.cli("verify", folder, "--policy", this.policyFile, "--since", since, "--json");
  }

  /**
   * What every scenario ends with, as what is wrong with it: the database agrees with its tree; every acknowledged event
   * is one leaf, and each receipt named it; and a copy holds against the checkpoint from before the fault.
   */
  async wrongWith(ledger: LedgerProcess, since: string): Promise<string[]> {
    await this.settled();
    const size = await this.size();
    const checked = JSON.parse((await this.fsck()).stdout) as { findings: unknown[] };
    const wrong = checked.findings.map((finding) => `fsck: ${JSON.stringify(finding)}`);
    const leaves = await this.rig.leaves(0);
    const indexesOf = new Map<string, number[]>();
    for (const { eventId, index } of leaves) indexesOf.set(eventId, [...(indexesOf.get(eventId) ?? []), index]);
    for (const eventId of this.acknowledged.keys()) {
      const count = indexesOf.get(eventId)?.length ?? 0;
      if (count !== 1) wrong.push(`${eventId} was acknowledged, and stands in ${count} leaves`);
    }
    for (const [eventId, indexes] of this.receipts) {
      const named = [...indexes].join();
      if (named !== indexesOf.get(eventId)?.join()) wrong.push(`receipts put ${eventId} at ${named}`);
    }
    const { code, stdout } = await this.verify(await this.export(ledger), since);
    const verdict = JSON.parse(stdout) as { kind: string; size?: number };
    // The ledger may have added something of its own since.
    if (code !== 0 || (verdict.size ?? 0) < size) wrong.push(`verify: ${stdout}`);
    return wrong;
  }

  /** Records so many requests every so often until it is told to stop; the result is how many. */
  loadUntil(signal: AbortSignal, { requests = 8, everyMs = 20 } = {}): Promise<number> {
    const run = async (): Promise<number> => {
      let sent = 0;
      for (; !signal.aborted; sent += requests) {
        await this.record(this.sign(requests));
        await sleep(everyMs);
      }
      return sent;
    };
    return run();
  }

  /** A second time does nothing. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync();
  }
}
