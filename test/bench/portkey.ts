import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { freePort } from "@signalbox/infra/process/free-port.ts";
import { endChild } from "./child-process.ts";
import type { Target } from "./target.ts";

const PACKAGE = "@portkey-ai/gateway@1.15.2";
/** Beside the project, and no dependency of it. */
const FOLDER = join(import.meta.dirname, "../../.bench/portkey");
const SERVER = join(FOLDER, "node_modules/@portkey-ai/gateway/build/start-server.js");
const INSTALL_LIMIT_MS = 300_000;
const READY_LIMIT_MS = 30_000;
const POLL_MS = 50;

/** Portkey's open-source gateway before the mock; it is installed from npm when it is not there yet. */
export async function startPortkey(mock: Target): Promise<Target> {
  if (!existsSync(SERVER)) await install();
  const port = await freePort();
  const child = spawn(process.execPath, [SERVER, "--headless", `--port=${port}`], {
    cwd: FOLDER,
    // It writes a stack for the stream that it is probed with, and fails.
    stdio: "ignore",
    env: { ...process.env, TRUSTED_CUSTOM_HOSTS: "127.0.0.1,localhost" },
  });
  const baseUrl = `http://127.0.0.1:${port}`;
  await untilListening(baseUrl);
  return {
    name: "portkey",
    baseUrl,
    headers: {
      authorization: "Bearer none",
      "x-portkey-provider": "openai",
      "x-portkey-custom-host": `${mock.baseUrl}/v1`,
    },
    pid: child.pid!,
    [Symbol.asyncDispose]: () => endChild(child),
  };
}

async function install(): Promise<void> {
  console.error(`installing ${PACKAGE} into ${FOLDER}`);
  await mkdir(FOLDER, { recursive: true });
  const args = ["install", "--prefix", FOLDER, "--no-save", "--no-audit", "--no-fund", "--ignore-scripts", PACKAGE];
  await promisify(execFile)("npm", args, { cwd: FOLDER, timeout: INSTALL_LIMIT_MS });
}

async function untilListening(baseUrl: string): Promise<void> {
  const deadlineMs = performance.now() + READY_LIMIT_MS;
  while (performance.now() < deadlineMs) {
    if (
      await fetch(baseUrl).then(
        () => true,
        () => false,
      )
    )
      return;
    await sleep(POLL_MS);
  }
  throw new Error("Portkey's gateway did not start.");
}
