import type { Decision, HealthSnapshot, PolicyTest, PolicyTestExpectation, PolicyTestRequest } from "@signalbox/proto";
import { type DecisionDocuments, prepareDocuments } from "../prepare-documents.ts";
import { decidePrepared } from "../decide.ts";
import { coveredBy } from "./coverage.ts";
import { plainInput } from "./plain-input.ts";

type PolicyTestResult = {
  readonly name: string;
  /** What the decision is not; empty when the case holds. */
  readonly problems: readonly string[];
  readonly decision: Decision;
};

/** Runs the cases that a policy carries, over a catalogue of which nothing is known but what a case says. */
export function testPolicy({ policy, catalogue }: Omit<DecisionDocuments, "health">): PolicyTestResult[] {
  const covered = coveredBy(policy, catalogue);
  const healthy = prepareDocuments({ policy, catalogue, health: NO_HEALTH });
  return policy.tests.map(({ name, given, expect }: PolicyTest) => {
    const input = plainInput(given);
    const health = healthOf(given, covered, input.nowMs);
    const prepared =
      health.endpoints.length === 0 ? healthy : prepareDocuments({ policy, catalogue, health }, healthy.compiled);
    const decision = decidePrepared(input, prepared);
    return {
      name,
      problems: problemsOf(decision, expect, covered),
      decision,
    };
  });
}

type Covered = ReturnType<typeof coveredBy>;

const NO_HEALTH: HealthSnapshot = { schema: "signalbox.health.v1", endpoints: [] };

function healthOf({ unhealthy = [] }: PolicyTestRequest, covered: Covered, nowMs: number): HealthSnapshot {
  const ids = new Set(unhealthy.flatMap((selector) => [...covered(selector)]));
  const figures = { openUntilMs: nowMs + 1, failuresInRow: 5, errorShare: 1_000_000, latencyMs: null, samples: 10 };
  return { ...NO_HEALTH, endpoints: [...ids].map((endpoint) => ({ endpoint, ...figures })) };
}

function problemsOf(decision: Decision, wanted: PolicyTestExpectation, covered: Covered): string[] {
  const { action, policy } = decision;
  const problems: string[] = [];
  const must = (holds: boolean, problem: string): void => void (holds || problems.push(problem));
  const plan = action.kind === "route" ? action.plan : action.kind === "serve-cached" ? [action.endpoint] : [];
  const did = action.kind === "refuse" ? `refuse: ${action.message}` : `${action.kind} ${plan.join(", ")}`;
  const applied = policy?.applied.map(({ rule }) => rule) ?? [];
  if (wanted.action !== undefined)
    must(action.kind === wanted.action, `expected to ${wanted.action}, but it would ${did}`);
  if (wanted.endpoint !== undefined) {
    must(covered(wanted.endpoint).has(plan[0] ?? ""), `expected ${wanted.endpoint} first, but it would ${did}`);
  }
  for (const selector of wanted.never ?? []) {
    const hit = plan.find((id) => covered(selector).has(id));
    must(hit === undefined, `expected nothing of ${selector}, but the plan names ${hit}`);
  }
  if (wanted.message !== undefined) {
    const said = action.kind === "refuse" ? action.message : "";
    must(said.includes(wanted.message), `expected a refusal with '${wanted.message}', but it would ${did}`);
  }
  if (wanted.strategy !== undefined) {
    must(decision.strategy === wanted.strategy, `expected strategy ${wanted.strategy}, got ${decision.strategy}`);
  }
  if (wanted.maxOutputTokens !== undefined) {
    const bound = action.kind === "route" ? action.maxOutputTokens : null;
    must(
      bound === wanted.maxOutputTokens,
      `expected ${wanted.maxOutputTokens} output tokens as the bound, got ${bound}`,
    );
  }
  for (const rule of wanted.applied ?? []) must(applied.includes(rule), `expected rule ${rule} to apply`);
  for (const rule of wanted.notApplied ?? []) must(!applied.includes(rule), `expected rule ${rule} not to apply`);
  for (const tag of wanted.tags ?? []) must(policy?.tags.includes(tag) === true, `expected tag ${tag}`);
  if (wanted.arm !== undefined) {
    must(policy?.arm?.arm === wanted.arm, `expected arm ${wanted.arm}, got ${policy?.arm?.arm ?? "none"}`);
  }
  return problems;
}
