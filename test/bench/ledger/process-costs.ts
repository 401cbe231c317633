import { readFileSync } from "node:fs";
import { readProcessTree } from "../process-tree.ts";

/** CPU milliseconds of the bench's processes by name; the bench itself is the load. */
type CpuTimes = ReadonlyMap<string, number>;

const NAMES: Readonly<Record<string, string>> = {
  "audit-ledger": "ledger",
  "nats-server": "nats",
  postgres: "postgres",
};

/** The CPU time that this process and its descendants have taken so far. */
export function cpuTimes(): CpuTimes {
  const times = new Map<string, number>();
  for (const { pid, name, cpuMs } of readProcessTree(process.pid)) {
    const known = pid === process.pid ? "load" : (NAMES[name] ?? "load");
    times.set(known, (times.get(known) ?? 0) + cpuMs);
  }
  return times;
}

/** Microseconds of CPU for each of `count` things between two readings. */
export function cpuUsEach(before: CpuTimes, after: CpuTimes, count: number): Map<string, number> {
  return new Map([...after].map(([name, ms]) => [name, ((ms - (before.get(name) ?? 0)) * 1_000) / count]));
}

/** The resident memory of the ledger's process, in MiB (Linux). */
export function ledgerMemoryMiB(): number {
  const ledger = readProcessTree(process.pid).find(({ name }) => name === "audit-ledger");
  if (ledger === undefined) return NaN;
  const status = readFileSync(`/proc/${ledger.pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1_024;
}
