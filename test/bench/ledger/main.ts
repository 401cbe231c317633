import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { textTable } from "../text-table.ts";
import { startBenchLedger } from "./bench-ledger.ts";
import { measureReceipts, measureSustained, whileAppending } from "./measure-append.ts";
import { measurePages, waitUntilDescribed } from "./measure-pages.ts";
import { measureProofs, measureVerify, type ProofTimes } from "./measure-proofs.ts";
import { measureReplays, type ReplaySpeeds } from "./measure-replays.ts";
import { settle } from "./settle.ts";
import { signedLoad } from "./signed-load.ts";
import { fillSyntheticLog } from "./synthetic-log.ts";

const USAGE = `Usage: npm run bench:ledger -- [options]

  --seconds N   how long events are appended at full speed, and at a steady rate (60)
  --rate N      the steady rate at which receipts are timed, in events a second (2000)
  --ahead N     events that are signed beforehand for each second at full speed (14000)
  --proofs N    inclusion proofs (1000)
  --replays N   decisions that are replayed, five times over (100000); 0 leaves this out
  --quick       3 seconds, 200 proofs and 5,000 replays
  --leaves N    instead of all that: fill a log with so many leaves of 1 KB, and read its pages by each query
  --json FILE   also write the figures there as JSON
`;
const VERIFIED_LEAVES_MAX = 100_000;
const WRONG_USAGE = 2;

type Options = {
  seconds: number;
  rate: number;
  ahead: number;
  proofs: number;
  replays: number;
  leaves: number | null;
  jsonFile: string | undefined;
};
type Row = { figure: string; value: number; unit: string; bar: string; passed: boolean | null };

const options = readOptions(process.argv.slice(2));
if (typeof options === "string") {
  console.error(options);
  process.exitCode = WRONG_USAGE;
} else if (options.leaves === null) {
  await runSpeeds(options);
} else {
  await runSizes(options.leaves, options);
}

/** The bar is a figure to look at; only a measurement that failed makes the bench itself a failure. */
async function runSpeeds({ seconds, rate, ahead, proofs, replays, jsonFile }: Options): Promise<void> {
  await using ledger = await startBenchLedger();
  console.error(`signing ${seconds * ahead} events`);
  const messages = signedLoad(ledger, seconds * ahead);
  console.error(`appending for ${seconds} s`);
  const sustained = await measureSustained(ledger, { messages, seconds });
  messages.length = 0;
  console.error(`timing receipts for ${seconds} s at ${rate}/s`);
  await settle();
  const receipts = await measureReceipts(ledger, { perSecond: rate, seconds });
  console.error(`proving ${proofs} events, alone and while events are appended at ${rate}/s, and verifying`);
  await settle();
  const quiet = await measureProofs(ledger, proofs);
  const busy = await whileAppending(ledger, rate, () => measureProofs(ledger, proofs));
  const verified = await measureVerify(ledger, VERIFIED_LEAVES_MAX);
  console.error(`replaying ${replays} decisions`);
  const replayed = replays === 0 ? null : await measureReplays(ledger, replays);
  const rows: Row[] = [
    { figure: "leaf, median", ...plain(verified.leafBytes, "bytes") },
    { figure: "appended, signatures verified", ...atLeast(sustained.perSecond, 10_000, "events/s") },
    { figure: "  for", ...plain(sustained.seconds, "s") },
    ...[...sustained.cpuUs].map(([name, value]) => ({ figure: `  CPU of ${name}`, ...plain(value, "µs/event") })),
    { figure: "  ledger's memory, early", ...plain(sustained.memoryMiB.early, "MiB") },
    { figure: "  ledger's memory, at the end", ...plain(sustained.memoryMiB.late, "MiB") },
    { figure: "  checkpoint's age, worst", ...atMost(sustained.checkpointAgeMs, 2_000) },
    { figure: `receipt p50 at ${rate}/s`, ...plain(receipts.p50Ms, "ms") },
    { figure: `receipt p99 at ${rate}/s`, ...atMost(receipts.p99Ms, 100) },
    ...proofRows("inclusion proof", quiet, (p99Ms) => atMost(p99Ms, 5)),
    // In which a byte there and back alone may take as long as the bar.
    ...proofRows(`inclusion proof at ${rate}/s`, busy, (p99Ms) => plain(p99Ms, "ms")),
    { figure: "verify, hashes", ...atLeast(verified.hashed, 50_000, "leaves/s") },
    { figure: "verify, every signature", ...atLeast(verified.signed, 8_000, "leaves/s") },
    ...(replayed === null ? [] : replayRows(replayed)),
  ];
  console.log(render(rows));
  write(jsonFile, { seconds, rate, proofs, replays, events: sustained.events, figures: rows });
}

function proofRows(
  figure: string,
  { open, single, echo }: ProofTimes,
  judged: (p99Ms: number) => Omit<Row, "figure">,
): Row[] {
  return [
    { figure: `${figure}, p50`, ...plain(open.p50Ms, "ms") },
    { figure: `${figure}, p99`, ...judged(open.p99Ms) },
    { figure: "  by a call of its own, p50", ...plain(single.p50Ms, "ms") },
    { figure: "  by a call of its own, p99", ...plain(single.p99Ms, "ms") },
    { figure: "  a byte there and back, p50", ...plain(echo.p50Ms, "ms") },
    { figure: "  a byte there and back, p99", ...plain(echo.p99Ms, "ms") },
  ];
}

function replayRows({ perSecond, coldPerSecond, cpuUs }: ReplaySpeeds): Row[] {
  return [
    { figure: "replay, verify", ...atLeast(perSecond, 20_000, "decisions/s") },
    { figure: "  the first, cold", ...plain(coldPerSecond, "decisions/s") },
    ...[...cpuUs].map(([name, value]) => ({ figure: `  CPU of ${name}`, ...plain(value, "µs/decision") })),
  ];
}

/** How long a page of each query takes in a log of this size. */
async function runSizes(leaves: number, { proofs, jsonFile }: Options): Promise<void> {
  const startedAtMs = performance.now();
  const sinceStart = (): string => `${((performance.now() - startedAtMs) / 1_000).toFixed(0)} s`;
  await using ledger = await startBenchLedger(async (owner) => {
    await fillSyntheticLog(owner, leaves, (filled) => console.error(`${filled} of ${leaves} leaves, ${sinceStart()}`));
  });
  console.error(`filled, ${sinceStart()}; blocks are described`);
  const describedSeconds = await waitUntilDescribed(ledger);
  console.error(`described in ${describedSeconds.toFixed(0)} s`);
  const pages = await measurePages(ledger, leaves);
  const proofP99Ms = (await measureProofs(ledger, proofs)).open.p99Ms;
  const { rows } = await ledger.owner.query<{ bytes: string }>("select pg_database_size(current_database()) as bytes");
  const database = Number(rows[0]?.bytes) / 1024 ** 3;
  const cells = pages.map(({ query, pages: count, records, p50Ms, worstMs }) => {
    return [query, String(count), String(records), p50Ms.toFixed(1), worstMs.toFixed(1)];
  });
  console.log(`${leaves} leaves, ${database.toFixed(1)} GiB; inclusion proof p99 ${proofP99Ms.toFixed(2)} ms`);
  console.log(textTable(["pages of 50 by", "pages", "records", "p50 ms", "worst ms"], cells, 1));
  write(jsonFile, { leaves, databaseGiB: database, proofP99Ms, describedSeconds, pages });
}

function write(jsonFile: string | undefined, figures: object): void {
  if (jsonFile === undefined) return;
  const machine = { cpus: cpus().length, model: cpus()[0]?.model, node: process.version };
  writeFileSync(jsonFile, `${JSON.stringify({ at: new Date().toISOString(), machine, ...figures }, null, 2)}\n`);
}

function plain(value: number, unit: string): Omit<Row, "figure"> {
  return { value, unit, bar: "", passed: null };
}

function atLeast(value: number, limit: number, unit: string): Omit<Row, "figure"> {
  return { value, unit, bar: `≥ ${limit}`, passed: value >= limit };
}

function atMost(value: number, limit: number): Omit<Row, "figure"> {
  return { value, unit: "ms", bar: `≤ ${limit}`, passed: value <= limit };
}

function render(rows: readonly Row[]): string {
  const cells = rows.map(({ figure, value, unit, bar, passed }) => {
    const digits = unit.startsWith("ms") || unit.startsWith("µs") ? 2 : 0;
    return [figure, unit, value.toFixed(digits), bar, passed === null ? "" : passed ? "pass" : "FAIL"];
  });
  return textTable(["figure", "unit", "value", "bar", "result"], cells, 2);
}

/** The options, or what to tell whoever gave wrong ones or asked for help. */
function readOptions(argv: readonly string[]): Options | string {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        seconds: { type: "string" },
        rate: { type: "string", default: "2000" },
        ahead: { type: "string", default: "14000" },
        proofs: { type: "string" },
        replays: { type: "string" },
        leaves: { type: "string" },
        quick: { type: "boolean", default: false },
        json: { type: "string" },
        help: { type: "boolean", default: false },
      },
    });
    if (values.help) return USAGE;
    const { quick } = values;
    return {
      seconds: positive(values.seconds ?? (quick ? "3" : "60")),
      rate: positive(values.rate),
      ahead: positive(values.ahead),
      proofs: positive(values.proofs ?? (quick ? "200" : "1000")),
      replays: values.replays === "0" ? 0 : positive(values.replays ?? (quick ? "5000" : "100000")),
      leaves: values.leaves === undefined ? null : positive(values.leaves),
      jsonFile: values.json,
    };
  } catch (error) {
    return `${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`;
  }
}

function positive(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number <= 0) throw new Error(`${text} is not a positive whole number.`);
  return number;
}
