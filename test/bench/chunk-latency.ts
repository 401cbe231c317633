import { parseArgs } from "node:util";
import { addedGapsMs, delaysMs, readStream, type ReadChunk, type StreamOrder } from "./chunk-reader.ts";
import { median, percentile } from "./percentile.ts";
import { startPlain } from "./plain-targets.ts";
import { startSignalbox } from "./signalbox.ts";
import { stopSignal } from "./stop-signal.ts";
import { textTable } from "./text-table.ts";

/** What a translated stream may add between two chunks, at the 99th percentile. */
const BAR_MS = 1;
const WARM_UP_STREAMS = 20;

const USAGE = `Usage: node test/bench/chunk-latency.ts [options]

Measures what a stream that is translated, from Anthropic Messages to Chat Completions, adds between its chunks: the
provider writes the time into each, and the same stream is read from the provider itself and through Signalbox in turn.

  --rounds N         how often both are measured (5)
  --streams N        streams that are open at once (4)
  --chunks N         chunks of each stream, as a usual answer has them (600)
  --gap-ms N         between two chunks (5)
`;

type Figures = {
  readonly delayP50: number;
  readonly delayP99: number;
  readonly gapP50: number;
  readonly gapP99: number;
};

process.exitCode = await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      rounds: { type: "string", default: "5" },
      streams: { type: "string", default: "4" },
      chunks: { type: "string", default: "600" },
      "gap-ms": { type: "string", default: "5" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const signal = stopSignal();
  const rounds = Number(values.rounds);
  const streams = Number(values.streams);
  await using line = await startTargets(Number(values.chunks), Number(values["gap-ms"]));
  for (let at = 0; at < WARM_UP_STREAMS; at += 1) await measure(line.through, streams);
  const direct: Figures[] = [];
  const through: Figures[] = [];
  for (let round = 0; round < rounds && !signal.aborted; round += 1) {
    direct.push(await measure(line.direct, streams));
    through.push(await measure(line.through, streams));
    const [plain, ours] = [direct.at(-1)!, through.at(-1)!];
    console.error(
      `round ${round + 1}: between chunks p99 ${ours.gapP99.toFixed(3)} ms, direct ${plain.gapP99.toFixed(3)} ms`,
    );
  }
  return report(direct, through);
}

async function startTargets(
  chunks: number,
  gapMs: number,
): Promise<AsyncDisposable & { direct: StreamOrder; through: StreamOrder }> {
  await using stack = new AsyncDisposableStack();
  const provider = stack.use(await startPlain("direct", "chunk-upstream.ts"));
  const baseUrl = `${provider.baseUrl}/${chunks}/${gapMs}/v1`;
  const signalbox = stack.use(await startSignalbox(provider, { provider: { dialect: "anthropic-messages", baseUrl } }));
  const messages = [{ role: "user", content: "Count." }];
  const body = JSON.stringify({ model: "mock/mock-small", messages, stream: true });
  const rest = stack.move();
  return {
    direct: { url: `${baseUrl}/messages`, headers: {}, body },
    through: { url: `${signalbox.baseUrl}/v1/chat/completions`, headers: signalbox.headers, body },
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}

async function measure(order: StreamOrder, streams: number): Promise<Figures> {
  const read: ReadChunk[][] = await Promise.all(Array.from({ length: streams }, () => readStream(order)));
  if (read.some((chunks) => chunks.length === 0)) throw new Error(`${order.url} gave no chunks`);
  const gaps = read.flatMap(addedGapsMs);
  const delays = read.flatMap(delaysMs);
  return {
    delayP50: percentile(delays, 0.5),
    delayP99: percentile(delays, 0.99),
    gapP50: percentile(gaps, 0.5),
    gapP99: percentile(gaps, 0.99),
  };
}

/** The median over the rounds. The bar is a figure to look at, and no failure of the run. */
function report(direct: readonly Figures[], through: readonly Figures[]): number {
  const of = (rounds: readonly Figures[], figure: keyof Figures): number =>
    median(rounds.map((round) => round[figure]));
  const row = (name: string, figures: (figure: keyof Figures) => number): string[] => [
    name,
    ...(["delayP50", "delayP99", "gapP50", "gapP99"] as const).map((figure) => figures(figure).toFixed(3)),
  ];
  const added = (figure: keyof Figures): number => of(through, figure) - of(direct, figure);
  const header = ["ms", "delay p50", "delay p99", "between chunks p50", "between chunks p99"];
  const rows = [
    row("direct", (figure) => of(direct, figure)),
    row("signalbox, translated", (figure) => of(through, figure)),
    row("added", added),
  ];
  console.log(textTable(header, rows, 1));
  const gap = added("gapP99");
  console.log(
    `\nAdded between chunks, p99: ${gap.toFixed(3)} ms (${gap < BAR_MS ? "below" : "NOT below"} ${BAR_MS} ms).`,
  );
  return 0;
}
