import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";

/** An engine may hold no more: it is kept for ever, and sent to whoever replays a decision. */
const ENGINE_MAX_BYTES = 256 * 1024;

/** The decision library as one readable script. The same sources give the same bytes wherever the repository lies. */
export function bundleEngine(): string {
  const entry = fileURLToPath(import.meta.resolve("@signalbox/decision/engine"));
  // Once at the start: the asynchronous form would leave the bundler running as a child for the process's whole life.
  const result = buildSync({
    entryPoints: [entry],
    // The bundler names each module by its path from here.
    absWorkingDir: dirname(entry),
    bundle: true,
    write: false,
    format: "iife",
    platform: "neutral",
    target: "es2024",
    charset: "utf8",
    legalComments: "none",
    logLevel: "silent",
    tsconfigRaw: {},
  });
  const source = result.outputFiles[0]?.text ?? "";
  const bytes = Buffer.byteLength(source);
  if (bytes === 0 || bytes > ENGINE_MAX_BYTES) {
    throw new Error(`the engine's bundle has ${bytes} bytes; at most ${ENGINE_MAX_BYTES} fit`);
  }
  return source;
}
