import type { BenchOptions } from "./bench-options.ts";
import { startLoadGenerator, type LoadGenerator, type LoadResult } from "./load.ts";
import type { Case, Measurement } from "./measurement.ts";
import { probe } from "./probe.ts";
import { startFloor, startMock } from "./plain-targets.ts";
import { startPortkey } from "./portkey.ts";
import { startSignalbox } from "./signalbox.ts";
import { startSketch } from "./sketch.ts";
import type { Target, TargetName } from "./target.ts";

/** Until the compilers of eleven cold processes have come to rest; a round of its own before any figure is taken, the same for all. */
const FIRST_WARM_UP_SECONDS = 30;
const WARM_UP_SECONDS = 0.5;
const SETTLE_CONNECTIONS = 64;

export type BenchRun = {
  readonly measurements: readonly Measurement[];
  /** What was left out, and why. */
  readonly notes: readonly string[];
  /** Targets that did not start, or did not answer whole requests. */
  readonly broken: readonly TargetName[];
};

/** Starts the targets, measures all cases in every round with the targets in turn, and stops them, also when aborted. */
export async function runBench(
  options: BenchOptions,
  { say, signal }: { say: (line: string) => void; signal: AbortSignal },
): Promise<BenchRun> {
  await using stack = new AsyncDisposableStack();
  const notes: string[] = [];
  const broken: TargetName[] = [];
  const targets = await startTargets(options, { stack, notes, broken, say, signal });
  const load = stack.use(startLoadGenerator(signal));
  const plans = await planOf(targets, options, { notes, broken });
  for (const { target, scenario } of plans) {
    say(`warming up ${target.name}, ${scenario}`);
    const order = { scenario, connections: SETTLE_CONNECTIONS, warmUpSeconds: 0, seconds: FIRST_WARM_UP_SECONDS };
    await load.run({ url: target.baseUrl, headers: target.headers, ...order });
  }
  const rounds = new Map<string, { target: TargetName; at: Case; results: LoadResult[] }>();
  for (let round = 0; round < options.rounds; round += 1) {
    for (const at of casesOf(options)) {
      const inTurn = plans.filter((plan) => plan.scenario === at.scenario);
      // Another one begins in every round, so that none always comes after the same neighbour.
      for (let turn = 0; turn < inTurn.length; turn += 1) {
        const { target } = inTurn[(turn + round) % inTurn.length]!;
        const result = await measure(load, target, { ...at, seconds: options.seconds });
        say(`round ${round + 1}: ${describe(target, at, result)}`);
        const key = `${at.scenario} ${at.connections} ${target.name}`;
        const known = rounds.get(key) ?? { target: target.name, at, results: [] };
        known.results.push(result);
        rounds.set(key, known);
      }
    }
  }
  const measurements = [...rounds.values()].map(({ target, at, results }) => ({ ...at, target, rounds: results }));
  return { measurements: sortAsAsked(measurements, options), notes, broken };
}

type Starting = {
  readonly stack: AsyncDisposableStack;
  readonly notes: string[];
  readonly broken: TargetName[];
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
};

async function startTargets(options: BenchOptions, { stack, notes, broken, say, signal }: Starting): Promise<Target[]> {
  const mock = stack.use(await startMock());
  const starts = {
    floor: () => startFloor(mock),
    sketch: () => startSketch(mock),
    signalbox: () => startSignalbox(mock, { features: options.features }),
    before: () => startSignalbox(mock, { name: "before", root: options.beforeDir ?? undefined }),
    portkey: () => startPortkey(mock),
  } as const;
  const targets: Target[] = [];
  for (const name of options.targets) {
    signal.throwIfAborted();
    if (name === "direct") {
      targets.push(mock);
      continue;
    }
    say(`starting ${name}`);
    try {
      targets.push(stack.use(await starts[name]()));
    } catch (error) {
      broken.push(name);
      notes.push(`${name} did not start: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return targets;
}

type Plan = { readonly target: Target; readonly scenario: Case["scenario"] };

/** What each target can do. A target that cannot stream is left out of the streams alone. */
async function planOf(
  targets: readonly Target[],
  options: BenchOptions,
  { notes, broken }: { notes: string[]; broken: TargetName[] },
): Promise<Plan[]> {
  const plans: Plan[] = [];
  for (const target of targets) {
    for (const scenario of options.scenarios) {
      const problem = await probe(target, scenario);
      if (problem === null) {
        plans.push({ target, scenario });
        continue;
      }
      notes.push(`${target.name} is left out of ${scenario}: ${problem}`);
      if (scenario !== "stream" || target.name !== "portkey") broken.push(target.name);
    }
  }
  return plans;
}

function casesOf({ scenarios, connections }: BenchOptions): Case[] {
  return scenarios.flatMap((scenario) => connections.map((count) => ({ scenario, connections: count })));
}

function measure(load: LoadGenerator, target: Target, at: Case & { seconds: number }): Promise<LoadResult> {
  return load.run({ url: target.baseUrl, headers: target.headers, warmUpSeconds: WARM_UP_SECONDS, ...at });
}

function describe(target: Target, at: Case, result: LoadResult): string {
  const figures = `${result.requestsPerSecond.toFixed(0)}/s, p50 ${result.p50Ms.toFixed(3)} ms, p99 ${result.p99Ms.toFixed(3)} ms`;
  const failed = result.failed === 0 ? "" : `, ${result.failed} FAILED`;
  return `${at.scenario}, ${at.connections} connections, ${target.name}: ${figures}${failed}`;
}

function sortAsAsked(
  measurements: readonly Measurement[],
  { targets, scenarios, connections }: BenchOptions,
): Measurement[] {
  const rank = (each: Measurement): number =>
    (scenarios.indexOf(each.scenario) * connections.length + connections.indexOf(each.connections)) * targets.length +
    targets.indexOf(each.target);
  return measurements.toSorted((a, b) => rank(a) - rank(b));
}
