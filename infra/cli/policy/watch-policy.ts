import { watch } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { PolicyFile } from "@signalbox/proto";
import { policyFilesAt } from "./policy-files-at.ts";

/** Editors write a file in several steps. */
const SETTLE_MS = 50;

/**
 * The policy's files now, and again whenever their content has changed, until `stop`. Files that cannot be read for a
 * moment are looked at again at the next change.
 */
export async function* watchPolicy(path: string, stop: AbortSignal): AsyncGenerator<PolicyFile[]> {
  let last = "";
  const changes = watch(path, { signal: stop })[Symbol.asyncIterator]();
  try {
    for (;;) {
      const files = await policyFilesAt(path).catch(() => null);
      const text = JSON.stringify(files);
      if (files !== null && text !== last) {
        last = text;
        yield files;
      }
      if ((await changes.next()).done === true) return;
      await sleep(SETTLE_MS, undefined, { signal: stop });
    }
  } catch (error) {
    if (!stop.aborted) throw error;
  }
}
