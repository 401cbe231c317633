import { existsSync, statfsSync, statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, resolve } from "node:path";
import { formatBytes } from "../format/bytes.ts";
import { fail, ok, warn, type Check, type Finding } from "./check.ts";

/** Types are stripped natively and without a warning from here on. */
const NODE_MIN = [24, 12] as const;

const GIB = 1024 ** 3;
/** Six services, NATS and PostgreSQL take about 1 GiB; the register grows by about 4 KiB a request. */
const MEMORY_WARN_BYTES = 1 * GIB;
const MEMORY_FAIL_BYTES = 256 * 1024 ** 2;
const DISK_WARN_BYTES = 2 * GIB;
const DISK_FAIL_BYTES = 256 * 1024 ** 2;

export function nodeCheck(version: string = process.versions.node): Check {
  return {
    name: "node",
    look: () => {
      const [major = 0, minor = 0] = version.split(".").map(Number);
      const enough = major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1]);
      return Promise.resolve(
        enough
          ? ok(`Node ${version}`)
          : fail(`Node ${version} does not run TypeScript natively`, "Run `npm start`: it installs and uses Node 24."),
      );
    },
  };
}

export function memoryCheck(availableBytes: number = process.availableMemory()): Check {
  const detail = `${formatBytes(availableBytes)} available, ${availableParallelism()} processors`;
  return { name: "memory", look: () => Promise.resolve(graded(detail, availableBytes, MEMORY)) };
}

export function diskCheck(home: string): Check {
  return {
    name: "disk",
    look: () => {
      const folder = nearestFolder(home);
      const { bavail, bsize } = statfsSync(folder);
      const freeBytes = bavail * bsize;
      return Promise.resolve(graded(`${formatBytes(freeBytes)} free at ${folder}`, freeBytes, DISK));
    },
  };
}

/** The newest file that this checkout surely holds was not made in the future. */
export function clockCheck(root: string, nowMs: number = Date.now()): Check {
  return {
    name: "clock",
    look: () => {
      const madeMs = statSync(resolve(root, "pnpm-lock.yaml")).mtimeMs;
      const now = new Date(nowMs).toISOString();
      // A minute of grace: file systems and clocks round differently.
      return Promise.resolve(
        nowMs + 60_000 >= madeMs
          ? ok(`${now} (UTC)`)
          : fail(
              `${now} (UTC) is before this checkout was made`,
              "Set the machine's clock, e.g. `timedatectl set-ntp true`.",
            ),
      );
    },
  };
}

type Grades = { readonly warnBytes: number; readonly failBytes: number; readonly todo: string };

const MEMORY: Grades = {
  warnBytes: MEMORY_WARN_BYTES,
  failBytes: MEMORY_FAIL_BYTES,
  todo: "End other programs, or run with `npm start -- --single-process`.",
};

const DISK: Grades = {
  warnBytes: DISK_WARN_BYTES,
  failBytes: DISK_FAIL_BYTES,
  todo: "Free some space, or name a folder on another disk with --home DIR.",
};

function graded(detail: string, bytes: number, { warnBytes, failBytes, todo }: Grades): Finding {
  if (bytes < failBytes) return fail(detail, todo);
  return bytes < warnBytes ? warn(detail, todo) : ok(detail);
}

function nearestFolder(path: string): string {
  let folder = resolve(path);
  while (!existsSync(folder) && folder !== dirname(folder)) folder = dirname(folder);
  return folder;
}
