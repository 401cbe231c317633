import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";

/** An upper bound on an engine, because each is kept for ever and sent to whoever replays a decision. */
const ENGINE_MAX_BYTES = 256 * 1024;

/** The bundler's comment with a module's path, up to the name of its package. */
const PLACE_OF_A_DEPENDENCY = /^( *\/\/ )\S*node_modules\//gm;

/** The decision library as one readable script. The same sources give the same bytes wherever the repository lies. */
export function bundleEngine(): string {
  const entry = fileURLToPath(import.meta.resolve("@signalbox/decision/engine"));
  // Synchronous: the asynchronous form leaves the bundler running as a child process.
  const result = buildSync({
    entryPoints: [entry],
    // Stands in for globals of the host that a dependency uses and the engine's context lacks.
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
