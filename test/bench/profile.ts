import { mkdirSync, readFileSync, rmSync } from "node:fs";
import type { Profiler } from "node:inspector";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { selfTimes, selfTimesByPackage } from "./cpu-profile.ts";
import { FEATURES } from "./features.ts";
import { startLoadGenerator, type LoadGenerator } from "./load.ts";
import { startFloor, startMock } from "./plain-targets.ts";
import { startPortkey } from "./portkey.ts";
import { probe } from "./probe.ts";
import { PROFILE_FOLDER } from "./profile-folder.ts";
import { readProcessTree, type ProcessTime } from "./process-tree.ts";
import { SCENARIOS, type Scenario } from "./scenario.ts";
import { startSignalbox } from "./signalbox.ts";
import { stopSignal } from "./stop-signal.ts";
import type { Target } from "./target.ts";
import { textTable } from "./text-table.ts";

const USAGE = `Usage: node test/bench/profile.ts [options]

Puts a target under load and prints what each of its processes does: CPU time a request, then the functions that take it.

  --target NAME        signalbox, floor or portkey (signalbox)
  --features NAMES     of ${FEATURES.join(", ")}, for Signalbox (none)
  --scenario NAME      of ${SCENARIOS.join(", ")} (whole)
  --connections N      (64)
  --seconds N          of each of the two parts (8)
  --top N              how many functions of each process (20)
`;

const ROOT = resolve(import.meta.dirname, "../..");
/** Until the compilers of the cold processes have come to rest; with many connections whatever is measured, because few take too long to get there. */
const WARM_UP_SECONDS = 20;
const WARM_UP_CONNECTIONS = 64;
const MARGIN_SECONDS = 1;
const WRITE_LIMIT_MS = 15_000;
const SHOWN_PACKAGES = 8;

const { values } = parseArgs({
  options: {
    target: { type: "string", default: "signalbox" },
    features: { type: "string", default: "" },
    scenario: { type: "string", default: "whole" },
    connections: { type: "string", default: "64" },
    seconds: { type: "string", default: "8" },
    top: { type: "string", default: "20" },
    help: { type: "boolean", default: false },
  },
});

if (values.help) console.log(USAGE);
else await profile();

async function profile(): Promise<void> {
  const scenario = SCENARIOS.find((name) => name === values.scenario);
  if (scenario === undefined) throw new Error(`--scenario: not one of ${SCENARIOS.join(", ")}.`);
  rmSync(PROFILE_FOLDER, { recursive: true, force: true });
  mkdirSync(PROFILE_FOLDER, { recursive: true });
  await using stack = new AsyncDisposableStack();
  const mock = stack.use(await startMock());
  const target = stack.use(await startTarget(mock, `--import=${join(import.meta.dirname, "profile-preload.ts")}`));
  const problem = await probe(target, scenario);
  if (problem !== null) throw new Error(`${target.name} does not answer: ${problem}`);
  const load = stack.use(startLoadGenerator(stopSignal()));
  const run = runner(load, target, scenario);
  await run(WARM_UP_SECONDS, WARM_UP_CONNECTIONS);
  await measureCpu(run);
  await recordProfiles(run, target);
}

function startTarget(mock: Target, nodeOptions: string): Promise<Target> {
  if (values.target === "signalbox") {
    const names = values.features.split(",");
    return startSignalbox(mock, { nodeOptions, features: FEATURES.filter((each) => names.includes(each)) });
  }
  // The others take the variable from this process.
  process.env["NODE_OPTIONS"] = nodeOptions;
  if (values.target === "floor") return startFloor(mock);
  if (values.target === "portkey") return startPortkey(mock);
  throw new Error("--target: not one of signalbox, floor, portkey.");
}

type Run = (
  seconds: number,
  connections?: number,
) => Promise<{ completed: number; failed: number; requestsPerSecond: number }>;

function runner(load: LoadGenerator, target: Target, scenario: Scenario): Run {
  const { baseUrl, headers } = target;
  return async (seconds, connections = Number(values.connections)) =>
    load.run({
      url: baseUrl,
      headers,
      scenario,
      connections,
      warmUpSeconds: 0,
      seconds,
    });
}

/** CPU time a request of every process, before any profiler slows them. */
async function measureCpu(run: Run): Promise<void> {
  const before = new Map(readProcessTree(process.pid).map((each) => [each.pid, each.cpuMs]));
  const { completed, failed, requestsPerSecond } = await run(Number(values.seconds));
  const spentMs = new Map<string, number>();
  for (const { pid, name, cpuMs } of readProcessTree(process.pid)) {
    spentMs.set(name, (spentMs.get(name) ?? 0) + cpuMs - (before.get(pid) ?? 0));
  }
  const rows = [...spentMs]
    .filter(([, ms]) => ms > 0)
    .toSorted(([, a], [, b]) => b - a)
    .map(([name, ms]) => [name, (ms / completed).toFixed(3), `${(ms / Number(values.seconds) / 10).toFixed(0)} %`]);
  const totalMs = [...spentMs.values()].reduce((sum, ms) => sum + ms, 0);
  const total = ["all", (totalMs / completed).toFixed(3), `${(totalMs / Number(values.seconds) / 10).toFixed(0)} %`];
  console.log(`${requestsPerSecond.toFixed(0)} requests/s, ${completed} answers, ${failed} failed\n`);
  console.log(`${textTable(["process", "CPU ms a request", "of one core"], [...rows, total], 1)}\n`);
}

/** A CPU profile of every Node process of the target, from within the same load: its beginning and end are not the usual work. */
async function recordProfiles(run: Run, target: Target): Promise<void> {
  const processes = readProcessTree(target.pid).filter(({ isNode }) => isNode);
  const loaded = run(Number(values.seconds) + 2 * MARGIN_SECONDS);
  await sleep(MARGIN_SECONDS * 1_000);
  for (const { pid } of processes) process.kill(pid, "SIGUSR2");
  await sleep(Number(values.seconds) * 1_000);
  for (const { pid } of processes) process.kill(pid, "SIGUSR2");
  await loaded;
  for (const each of processes) await printProfile(each);
  console.log(`Whole profiles, for a browser's developer tools: ${PROFILE_FOLDER}`);
}

async function printProfile({ pid, name }: ProcessTime): Promise<void> {
  const file = join(PROFILE_FOLDER, `${pid}.cpuprofile`);
  const recorded = await readWhenWritten(file);
  if (recorded === null) {
    console.log(`${name}: no profile was written.\n`);
    return;
  }
  const times = selfTimes(recorded, ROOT);
  if (times.length === 0) {
    console.log(`${name}: idle all the time.\n`);
    return;
  }
  const functions = times.slice(0, Number(values.top)).map((each) => [each.name, each.place, percent(each.share)]);
  const packages = selfTimesByPackage(times)
    .slice(0, SHOWN_PACKAGES)
    .map((each) => `${each.name} ${percent(each.share)}`);
  console.log(`${textTable([`${name} (${pid})`, "", "self"], functions, 2)}\nby package: ${packages.join(", ")}\n`);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

async function readWhenWritten(file: string): Promise<Profiler.Profile | null> {
  const deadlineMs = performance.now() + WRITE_LIMIT_MS;
  while (performance.now() < deadlineMs) {
    try {
      return JSON.parse(readFileSync(file, "utf8")) as Profiler.Profile;
    } catch {
      await sleep(100);
    }
  }
  return null;
}
