import { copyFile, readdir, rm, stat, truncate } from "node:fs/promises";
import { join } from "node:path";
import { repeatWork } from "@signalbox/kit/repeated-work";

/** A service in an outage writes far less than its limit within this. */
const LOOK_EVERY_MS = 10_000;

type LogLimits = {
  /** A log that is larger becomes `<name>.log.1`, in the place of the one before, and begins anew. 0: never. */
  readonly maxBytes: number;
  readonly everyMs?: number;
  /** The folder cannot be looked at, or a log cannot be cut: the next look comes as ever. */
  readonly onFailure: (error: unknown) => void;
};

/** Keeps the logs of a folder to a size, until it is disposed of. */
export function keepLogsCut(folder: string, limits: LogLimits): AsyncDisposable {
  const { maxBytes, everyMs = LOOK_EVERY_MS, onFailure } = limits;
  return repeatWork({
    everyMs,
    work: async () => {
      if (maxBytes > 0) await cutLogs(folder, maxBytes);
    },
    onFailure,
  });
}

/**
 * Cuts each log that has outgrown the limit. It is copied and emptied, because the process that writes it keeps it open
 * and appends; what is written between the two is lost. On a full disk there is no copy, and the log is emptied all the
 * same: it may be what fills the disk.
 */
export async function cutLogs(folder: string, maxBytes: number): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".log"));
  for (const file of names.map((name) => join(folder, name))) {
    if ((await stat(file)).size <= maxBytes) continue;
    const older = `${file}.1`;
    await copyFile(file, older).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOSPC") throw error;
      await rm(older, { force: true });
    });
    await truncate(file);
  }
}
