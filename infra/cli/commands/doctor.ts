import { join, resolve } from "node:path";
import type { Command } from "commander";
import { DEFAULT_PORT } from "../../supervisor/choose-ports.ts";
import { does, type Cli, type CommandContext } from "../command-context.ts";
import { readRuntime } from "../connection.ts";
import { fail, type Check, type Finding } from "../doctor/check.ts";
import { EXIT } from "../failure.ts";
import { formatFindings } from "../format/findings.ts";

const ROOT = join(import.meta.dirname, "..", "..", "..");

export function addDoctor(program: Command, cli: Cli): void {
  const doctor = program
    .command("doctor")
    .description(
      "Checks this machine, the installation and the running line, and says what to do. Needs no running line.",
    )
    .addHelpText(
      "after",
      "\nExits with 1 when something fails. No check changes anything.\n\n" +
        "Examples:\n  npm run -s signalbox -- doctor\n  npm run -s signalbox -- doctor --home /var/lib/signalbox --json",
    );
  does(doctor, cli, async (context) => {
    const findings = await Promise.all((await checksFor(context)).map(lookAt));
    context.print({ ok: findings.every((finding) => finding.status !== "fail"), checks: findings }, () =>
      formatFindings(findings),
    );
    return findings.some((finding) => finding.status === "fail") ? EXIT.failed : EXIT.ok;
  });
}

/** What the checks look at is loaded only here, so that the other commands start without the NATS client and the catalogue. */
async function checksFor({ options, terminal }: CommandContext<unknown>): Promise<Check[]> {
  const home = resolve(options.home);
  const runtime = readRuntime(home);
  const baseUrl = options.url ?? terminal.env["SIGNALBOX_URL"] ?? runtime?.baseUrl ?? null;
  const machine = await import("../doctor/machine.ts");
  const install = await import("../doctor/install.ts");
  const { portCheck } = await import("../doctor/ports.ts");
  const { secretsCheck } = await import("../doctor/home.ts");
  const { providerKeysCheck } = await import("../doctor/providers.ts");
  const { ledgerCheck } = await import("../doctor/ledger.ts");
  const { lineChecks } = await import("../doctor/line.ts");
  const { recordsCheck } = await import("../doctor/records.ts");
  const { witnessesCheck } = await import("../doctor/witnesses.ts");
  return [
    machine.nodeCheck(),
    install.installCheck(ROOT),
    machine.memoryCheck(),
    machine.diskCheck(home),
    machine.clockCheck(ROOT),
    install.natsServerCheck(home),
    install.postgresCheck(),
    portCheck(DEFAULT_PORT, runtime !== null),
    secretsCheck(home),
    providerKeysCheck(terminal.env),
    ...lineChecks(baseUrl, runtime),
    ...(runtime === null ? [] : [...ledgerCheck(home, runtime), ...witnessesCheck(runtime)]),
    ...recordsCheck(runtime?.metricsUrls?.["audit-ledger"]),
  ];
}

async function lookAt({ name, look }: Check): Promise<{ name: string } & Finding> {
  try {
    return { name, ...(await look()) };
  } catch (error) {
    return {
      name,
      ...fail(`the check itself failed: ${String(error)}`, "Report this with the output of `doctor --json`."),
    };
  }
}
