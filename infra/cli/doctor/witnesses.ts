import { setTimeout as sleep } from "node:timers/promises";
import { checkPolicy, parsePolicy, type Policy, type PolicyVerdict } from "@signalbox/tlog";
import type { RuntimeFile } from "../connection.ts";
import { fail, ok, warn, type Check, type Finding, PROBE_TIMEOUT_MS } from "./check.ts";
import { metricSum, readMetrics } from "./metrics.ts";

/** Checkpoints are signed twice a second, and a witness that is well answers within a second of each. */
const COSIGNED_WITHIN_MS = 3_000;
const LOOK_EVERY_MS = 250;

const TODO =
  "See that the witnesses run and that the policy's URLs and keys are theirs; <home>/logs/audit-ledger.log says what each of them answers.";

/** Whether the checkpoint that others see bears its policy's quorum, and all of the policy's witnesses cosign. */
export function witnessesCheck({ registerUrl, metricsUrls }: RuntimeFile, withinMs = COSIGNED_WITHIN_MS): Check[] {
  if (registerUrl === undefined) return [];
  return [
    {
      name: "witnesses",
      look: async () => {
        try {
          const text = await readText(`${registerUrl}/witness-policy`);
          if (text === null) return ok("no witness is named: `register.witnessPolicy` is not set");
          const parsed = parsePolicy(text);
          if (!parsed.ok) return fail(`the policy's line ${parsed.line}: ${parsed.reason}`, TODO);
          const unnamed = await unnamedLogKey(registerUrl, text);
          if (unnamed !== null) {
            return fail(
              "the policy does not name the key that signs the log",
              `Add the line \`log ${unnamed}\` to the file of register.witnessPolicy, give the key to the witnesses, and start the line again.`,
            );
          }
          const wanted = await newestSize(metricsUrls?.["audit-ledger"]);
          return await watch({ registerUrl, policy: parsed.policy, wanted }, withinMs);
        } catch (error) {
          return fail(`${registerUrl} does not answer: ${(error as Error).message}`, TODO);
        }
      },
    },
  ];
}

type Watched = { readonly registerUrl: string; readonly policy: Policy; readonly wanted: number };

/** Looks until everybody has cosigned what was signed when it began, or should have. */
async function watch(watched: Watched, withinMs: number): Promise<Finding> {
  for (const untilMs = performance.now() + withinMs; ;) {
    const finding = await lookOnce(watched);
    if (finding.status === "ok" || performance.now() > untilMs) return finding;
    await sleep(LOOK_EVERY_MS);
  }
}

async function lookOnce({ registerUrl, policy, wanted }: Watched): Promise<Finding> {
  const note = await readText(`${registerUrl}/checkpoint`);
  if (note === null) {
    return wanted === 0
      ? ok("nothing has been signed yet")
      : fail(`no checkpoint of ${wanted} leaves has its quorum`, TODO);
  }
  const verdict = checkPolicy(note, policy);
  const size = Number(note.split("\n")[1]);
  const cosigners = cosignersOf(note, policy, verdict);
  const missing = [...policy.witnesses.keys()].filter((name) => !cosigners.includes(name));
  const by = `cosigned by ${cosigners.join(", ") || "nobody"}${missing.length === 0 ? "" : `, not by ${missing.join(", ")}`}`;
  if (!verdict.ok) return fail(`the checkpoint of ${size} leaves is shown without its quorum: ${by}`, TODO);
  if (size < wanted) return fail(`the quorum has cosigned ${size} of ${wanted} leaves that are signed`, TODO);
  const detail = `${size} leaves, ${by}`;
  return missing.length === 0 ? ok(detail) : warn(detail, TODO);
}

/** Also of a checkpoint without its quorum, which a policy that asks for none accepts. */
function cosignersOf(note: string, policy: Policy, verdict: PolicyVerdict): string[] {
  const read = verdict.ok ? verdict : checkPolicy(note, { ...policy, quorum: null });
  return read.ok ? read.witnesses.map(({ name }) => name) : [];
}

/** The log's verifier key where the policy has none of those that sign now, as after a rotation; null where it has. */
async function unnamedLogKey(registerUrl: string, policyText: string): Promise<string | null> {
  const lines = ((await readText(`${registerUrl}/vkeys`)) ?? "").split("\n").map((line) => line.split(" "));
  const signing = lines.flatMap(([kind, vkey = ""]) => (kind === "log" ? [vkey] : []));
  const named = new Set(policyText.split(/\s+/));
  return signing.some((vkey) => named.has(vkey)) ? null : (signing[0] ?? null);
}

/** Leaves of the newest checkpoint that was signed, witnessed or not; 0 where nobody tells. */
async function newestSize(metricsUrl: string | undefined): Promise<number> {
  return metricsUrl === undefined ? 0 : metricSum(await readMetrics(metricsUrl), "signalbox_ledger_checkpoint_size");
}

/** Null for what is not there. */
async function readText(url: string): Promise<string | null> {
  const response = await fetch(url, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
  const text = await response.text();
  if (response.status === 404) return null;
  if (!response.ok) throw new Error(`status ${response.status}`);
  return text;
}
