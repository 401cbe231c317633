import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ReadyMessage } from "@signalbox/kit";
import { until } from "../flow/ledger-rig.ts";

const READY_WITHIN_MS = 60_000;
const MAIN = join(import.meta.dirname, "../../services/audit-ledger/src/main.ts");

/** A ledger in a process of its own, as the supervisor starts it. */
export class LedgerProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  #ports: ReadyMessage["ports"] | null = null;
  #said = "";

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#exited = once(child, "exit");
    child.once("message", (message) => {
      this.#ports = (message as ReadyMessage).ports;
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.#said += text;
      });
    }
  }

  /** Does not wait until it is ready. `execArgv` are Node's own options. */
  static async spawn(config: object, { file, execArgv = [] }: { file: string; execArgv?: string[] }) {
    await writeFile(file, JSON.stringify(config));
    return new LedgerProcess(fork(MAIN, ["--config", file], { stdio: ["ignore", "pipe", "pipe", "ipc"], execArgv }));
  }

  async ready(): Promise<this> {
    await until(() => {
      if (this.#child.exitCode !== null) throw new Error(`the ledger ended:\n${this.#said}`);
      return this.#ports ?? undefined;
    }, READY_WITHIN_MS);
    return this;
  }

  get isReady(): boolean {
    return this.#ports !== null;
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  /** Of the register's files. */
  get url(): string {
    return `http://127.0.0.1:${this.#ports?.http}`;
  }

  /** All that it logged so far. */
  get said(): string {
    return this.#said;
  }

  /** SIGKILL and the like; resolves when the process is gone. */
  async end(signal: NodeJS.Signals): Promise<void> {
    this.#child.kill(signal);
    await this.#exited;
  }

  freeze(): void {
    this.#child.kill("SIGSTOP");
  }

  thaw(): void {
    this.#child.kill("SIGCONT");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.thaw();
    await this.end("SIGKILL");
  }
}
