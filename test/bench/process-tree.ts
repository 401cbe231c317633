import { readdirSync, readFileSync } from "node:fs";

/** USER_HZ, which Linux reports process times in. */
const TICK_MS = 10;

export type ProcessTime = {
  readonly pid: number;
  readonly name: string;
  readonly isNode: boolean;
  readonly cpuMs: number;
};

/** A process and all its descendants at this moment, with the CPU time that each has taken (Linux: /proc/<pid>/stat). */
export function readProcessTree(root: number): ProcessTime[] {
  const all = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readProcess(Number(name)));
  const wanted = new Set([root]);
  // A parent may stand after its child, because ids are given out in circles.
  for (let before = 0; before !== wanted.size;) {
    before = wanted.size;
    for (const { pid, parent } of all) if (wanted.has(parent)) wanted.add(pid);
  }
  return all.filter(({ pid }) => wanted.has(pid));
}

function readProcess(pid: number): (ProcessTime & { parent: number })[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The command's name stands in brackets and may hold anything; the fields after it are numbers.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8");
    const isNode = /^[^\0]*\bnode\0/.test(command);
    const cpuMs = (Number(fields[11]) + Number(fields[12])) * TICK_MS;
    return [{ pid, parent: Number(fields[1]), name: nameOf(command), isNode, cpuMs }];
  } catch {
    // It ended while it was looked at.
    return [];
  }
}

function nameOf(command: string): string {
  const service = /services\/([^/]+)\/src\/main\.ts/.exec(command)?.[1];
  if (service !== undefined) return service;
  for (const known of ["nats-server", "postgres"]) if (command.includes(known)) return known;
  if (command.includes("infra/main.ts")) return "supervisor";
  const words = command.split("\0");
  return (words.find((word) => /\.[mc]?[jt]s$/.test(word)) ?? words[0]!).split("/").at(-1)!;
}
