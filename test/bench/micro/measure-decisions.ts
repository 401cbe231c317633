import { decidePrepared, prepareDocuments } from "@signalbox/decision";
import { decisionInput, documents, endpoint } from "@signalbox/decision/fixtures/documents";
import { usualRules } from "@signalbox/decision/fixtures/usual-rules";
import { quietest, type Times } from "./quietest.ts";

const RULES = 100;
const REQUESTS = 2_000;

/** A whole decision: rules, filters, ranking, plan. */
export function measureDecisions({ endpoints, rounds }: { endpoints: number; rounds: number }): Times {
  const known = Array.from({ length: endpoints }, (_, at) => endpoint(`p${at}/model-${at}`));
  const prepared = prepareDocuments(documents(known, { policy: { rules: usualRules(RULES) } }));
  const inputs = Array.from({ length: REQUESTS }, (_, at) => ({
    ...decisionInput({ classification: { difficulty: at * 500 } }),
    context: { utcOffsetMinutes: 60, team: `team-${at % RULES}`, tags: ["a", `tag-${at}`], signals: { tier: "gold" } },
  }));
  return quietest(inputs, (input) => decidePrepared(input, prepared), rounds);
}
