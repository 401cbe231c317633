import { decidePrepared, prepareDocuments } from "@signalbox/decision";
import { decisionInput, documents, endpoint } from "@signalbox/decision/fixtures/documents";
import type { PolicyRule } from "@signalbox/proto";
import { quietest, type Times } from "./quietest.ts";

const RULES = 100;
const REQUESTS = 2_000;

/** As policies have them: most compare a name and a number, few hold. */
function ruleOf(at: number): PolicyRule {
  const conditions = [
    `team == "team-${at}" && inputTokens > ${at}`,
    `model.like("gpt-${at}*") || ("tag-${at}" in tags && stream)`,
    `signal("tier") == "t${at}" && between("09:00", "17:30")`,
    `task == "code" && difficulty > ${at / 101} && weekday < 6`,
  ];
  const when = conditions[at % conditions.length] ?? "true";
  return { name: `rule-${at}`, when, final: false, effects: { exclude: [`provider-${at}/*`], tag: [`tag-${at}`] } };
}

/** A whole decision: rules, filters, ranking, plan. */
export function measureDecisions({ endpoints, rounds }: { endpoints: number; rounds: number }): Times {
  const known = Array.from({ length: endpoints }, (_, at) => endpoint(`p${at}/model-${at}`));
  const rules = Array.from({ length: RULES }, (_, at) => ruleOf(at));
  const prepared = prepareDocuments(documents(known, { policy: { rules } }));
  const inputs = Array.from({ length: REQUESTS }, (_, at) => ({
    ...decisionInput({ classification: { difficulty: at * 500 } }),
    context: { utcOffsetMinutes: 60, team: `team-${at % RULES}`, tags: ["a", `tag-${at}`], signals: { tier: "gold" } },
  }));
  return quietest(inputs, (input) => decidePrepared(input, prepared), rounds);
}
