import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { textTable } from "../text-table.ts";
import { startBenchLedger } from "./bench-ledger.ts";
import { measureProofs, measureReceipts, measureSustained, measureVerify } from "./measure.ts";

const USAGE = `Usage: npm run bench:ledger -- [options]

  --seconds N   how long events are appended at full speed, and at a steady rate (60)
  --rate N      the steady rate at which receipts are timed, in events a second (2000)
  --proofs N    inclusion proofs (1000)
  --quick       3 seconds and 200 proofs
  --json FILE   also write the figures there as JSON
`;
const VERIFIED_LEAVES_MAX = 100_000;
const WRONG_USAGE = 2;

type Options = { seconds: number; rate: number; proofs: number; jsonFile: string | undefined };
type Row = { figure: string; value: number; unit: string; bar: string; passed: boolean | null };

const options = readOptions(process.argv.slice(2));
if (typeof options === "string") {
  console.error(options);
  process.exitCode = WRONG_USAGE;
} else {
  await run(options);
}

/** The bar is a figure to look at; only a measurement that failed makes the bench itself a failure. */
async function run({ seconds, rate, proofs, jsonFile }: Options): Promise<void> {
  await using ledger = await startBenchLedger();
  console.error(`appending for ${seconds} s`);
  const { events, perSecond } = await measureSustained(ledger, seconds);
  console.error(`timing receipts for ${seconds} s at ${rate}/s`);
  const receiptP99Ms = await measureReceipts(ledger, { perSecond: rate, seconds });
  console.error(`proving ${proofs} events, and verifying`);
  const proofP99Ms = await measureProofs(ledger, proofs);
  const verified = await measureVerify(ledger, VERIFIED_LEAVES_MAX);
  const rows: Row[] = [
    { figure: "leaf, median", value: verified.leafBytes, unit: "bytes", bar: "", passed: null },
    { figure: "appended, signatures verified", ...atLeast(perSecond, 10_000, "events/s") },
    { figure: `receipt p99 at ${rate}/s`, ...atMost(receiptP99Ms, 100) },
    { figure: "inclusion proof p99", ...atMost(proofP99Ms, 5) },
    { figure: "verify, hashes", ...atLeast(verified.hashed, 50_000, "leaves/s") },
    { figure: "verify, every signature", ...atLeast(verified.signed, 8_000, "leaves/s") },
  ];
  console.log(render(rows));
  if (jsonFile === undefined) return;
  const machine = { cpus: cpus().length, model: cpus()[0]?.model, node: process.version };
  const report = { at: new Date().toISOString(), machine, seconds, rate, proofs, events, figures: rows };
  writeFileSync(jsonFile, `${JSON.stringify(report, null, 2)}\n`);
}

function atLeast(value: number, limit: number, unit: string): Omit<Row, "figure"> {
  return { value, unit, bar: `≥ ${limit}`, passed: value >= limit };
}

function atMost(value: number, limit: number): Omit<Row, "figure"> {
  return { value, unit: "ms", bar: `≤ ${limit}`, passed: value <= limit };
}

function render(rows: readonly Row[]): string {
  const cells = rows.map(({ figure, value, unit, bar, passed }) => {
    const digits = unit === "ms" ? 2 : 0;
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
        proofs: { type: "string" },
        quick: { type: "boolean", default: false },
        json: { type: "string" },
        help: { type: "boolean", default: false },
      },
    });
    if (values.help) return USAGE;
    return {
      seconds: positive(values.seconds ?? (values.quick ? "3" : "60")),
      rate: positive(values.rate),
      proofs: positive(values.proofs ?? (values.quick ? "200" : "1000")),
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
