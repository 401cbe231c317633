import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

const SETTLE_MS = 2_000;

/**
 * Has the disk take what the part before has left in the system's memory, as a minute of full speed leaves a gigabyte
 * there: it would be written in the middle of the next part, whose figures are those of its own load.
 */
export async function settle(): Promise<void> {
  await promisify(execFile)("sync");
  await sleep(SETTLE_MS);
}
