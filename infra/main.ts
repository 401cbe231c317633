import { once } from "node:events";
import { announcement, demonstrationText } from "./supervisor/announcement.ts";
import { parseLineOptions } from "./supervisor/line-options.ts";
import type { StartOptions } from "./supervisor/line-options.ts";
import { createProgress } from "./supervisor/progress.ts";
import type { Line } from "./supervisor/start-line.ts";
import { watchStopSignals } from "./supervisor/stop-signal.ts";

// Where its output goes to a file, a full disk must not end it: unheard, what cannot be written would.
for (const output of [process.stdout, process.stderr]) output.on("error", () => undefined);

const options = parseLineOptions(process.argv.slice(2));
process.exitCode = "exitCode" in options ? options.exitCode : await main(options);
// The channel to whoever started this process would keep it.
if (process.connected) process.disconnect();

async function main({ home, port, config, json, singleProcess, demo }: StartOptions): Promise<number> {
  const stop = new AbortController();
  let line: Line | undefined;
  watchStopSignals(stop, () => line?.kill());
  const progress = createProgress(process.stderr, stop.signal);
  // What a start has begun is ended in order, which may take a while: the request to stop is acknowledged at once.
  stop.signal.addEventListener("abort", () => progress.note("stopping"));
  try {
    const configFile = config === undefined ? {} : { configFile: config };
    // Loaded after the options were read, so that --help and a mistake are answered at once.
    const { startLine } = await import("./supervisor/start-line.ts");
    line = await startLine({ home, port, ...configFile, singleProcess, env: process.env, progress });
    progress.isUp();
    if (json) console.log(JSON.stringify(line.ready()));
    const tell = json ? console.error : console.log;
    tell(announcement(line));
    if (demo && !stop.signal.aborted) tell(demonstrationText(await runDemonstration(line)));
    if (!stop.signal.aborted) await once(stop.signal, "abort");
    await line[Symbol.asyncDispose]();
    progress.note("stopped");
    return 0;
  } catch (error) {
    await line?.[Symbol.asyncDispose]();
    if (stop.signal.aborted) {
      progress.note("stopped");
      return 0;
    }
    console.error(`\n${whyNot(error, home)}`);
    return 1;
  }
}

function whyNot(error: unknown, home: string): string {
  if (!(error instanceof Error)) return String(error);
  if ((error as NodeJS.ErrnoException).code !== "ENOSPC") return error.message;
  return `There is no space left for ${home} (${error.message}). Free some, and start again.`;
}

/** A demonstration that fails is told of and is no reason not to serve. */
async function runDemonstration(line: Line): Promise<string[]> {
  try {
    const { demonstrate } = await import("./supervisor/demonstration.ts");
    return await demonstrate(line.ready());
  } catch (error) {
    return [`The demonstration request failed: ${(error as Error).message}`];
  }
}
