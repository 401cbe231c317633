import { decidePrepared, type PreparedDocuments } from "@signalbox/decision";
import { utcOffsetMinutes } from "@signalbox/policy/policy-files";
import type { Decision, DecisionEvent, DecisionInput } from "@signalbox/proto";

/** One recorded request, decided by two policies. */
type PolicyChange = {
  readonly decisionId: string;
  /** What each of the two does, in few words. */
  readonly before: string;
  readonly after: string;
  /** The rules that apply under the second. */
  readonly rules: readonly string[];
};

export type PolicyComparison = {
  readonly compared: number;
  readonly changes: readonly PolicyChange[];
  /** Of the routed requests that have a price under both: the most that they could cost together, in pico-USD. */
  readonly cost: { readonly requests: number; readonly before: bigint; readonly after: bigint };
};

/** The documents that a recorded decision read, under each of the two policies. */
export type BothPrepared = { readonly before: PreparedDocuments; readonly after: PreparedDocuments };

/** Decides recorded requests anew by the policy in force and by another, both with today's engine. */
export async function comparePolicies(
  events: AsyncIterable<DecisionEvent>,
  preparedFor: (documents: DecisionInput["documents"]) => Promise<BothPrepared>,
): Promise<PolicyComparison> {
  const changes: PolicyChange[] = [];
  const cost = { requests: 0, before: 0n, after: 0n };
  let compared = 0;
  for await (const { decisionId, input } of events) {
    const prepared = await preparedFor(input.documents);
    const before = decideAgain(input, prepared.before);
    const after = decideAgain(input, prepared.after);
    compared += 1;
    const [was, becomes] = [priceOf(before), priceOf(after)];
    if (was !== null && becomes !== null) {
      cost.requests += 1;
      cost.before += was;
      cost.after += becomes;
    }
    if (JSON.stringify(before.action) === JSON.stringify(after.action)) continue;
    const rules = after.policy?.applied.map(({ rule }) => rule) ?? [];
    changes.push({ decisionId, before: describeAction(before), after: describeAction(after), rules });
  }
  return { compared, changes, cost };
}

/** The recorded time is read in the policy's own zone. */
function decideAgain(input: DecisionInput, prepared: PreparedDocuments): Decision {
  const offset = utcOffsetMinutes(prepared.policy.timeZone, input.nowMs);
  return decidePrepared({ ...input, context: { ...input.context, utcOffsetMinutes: offset } }, prepared);
}

function priceOf({ action, ranked }: Decision): bigint | null {
  if (action.kind !== "route") return null;
  const picoUsd = ranked.find(({ endpoint }) => endpoint === action.plan[0])?.costPicoUsd;
  return picoUsd == null ? null : BigInt(picoUsd);
}

function describeAction({ action }: Decision): string {
  if (action.kind === "refuse") return `refuse (${action.code})`;
  if (action.kind === "serve-cached") return `cached answer of ${action.endpoint}`;
  const [first, ...fallbacks] = action.plan;
  return `${first}${fallbacks.length === 0 ? "" : `, then ${fallbacks.join(", ")}`}, ${action.maxOutputTokens} tokens`;
}
