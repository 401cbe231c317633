import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";

/** An engine may hold no more: it is kept for ever, and sent to whoever replays a decision. */
const ENGINE_MAX_BYTES = 256 * 1024;

/** The bundler's note of where a dependency's module lies, up to the dependency's own name. */
const PLACE_OF_A_DEPENDENCY = /^( *\/\/ )\S*node_modules\//gm;

/** The decision library as one readable script. The same sources give the same bytes wherever the repository lies. */
export function bundleEngine(): string {
  const entry = fileURLToPath(import.meta.resolve("@signalbox/decision/engine"));
  // Once at the start: the asynchronous form would leave the bundler running as a child for the process's whole life.
  const result = buildSync({
    entryPoints: [entry],
    // What a dependency would take from the host is not there where the engine runs.
    inject: [join(dirname(entry), "cel-globals.ts")],
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
  const source = (result.outputFiles[0]?.text ?? "").replaceAll(PLACE_OF_A_DEPENDENCY, "$1");
  const bytes = Buffer.byteLength(source);
  if (bytes === 0 || bytes > ENGINE_MAX_BYTES) {
    throw new Error(`the engine's bundle has ${bytes} bytes; at most ${ENGINE_MAX_BYTES} fit`);
  }
  return source;
}
