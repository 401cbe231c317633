import { evaluate, type Chance, type LoggedChoice } from "@signalbox/decision/evaluate";
import type { Decision, EvaluationOrder, EvaluationReport, SetAside } from "@signalbox/proto";
import type { Replayed, Reward } from "./replay-messages.ts";

/** What is resampled a thousand times over must end: later decisions are counted and not weighed. */
const CHOICES_MAX = 100_000;
const MICRO = 1e6;

/** Gathers what an evaluation can weigh, and counts what it cannot, by why. */
export class EvaluationSample {
  readonly #choices: LoggedChoice[] = [];
  readonly #setAside: SetAside = {
    refused: 0,
    cached: 0,
    notExecuted: 0,
    noReward: 0,
    noPropensity: 0,
    notReplayed: 0,
    beyondLimit: 0,
  };

  add(result: Replayed, reward: Reward): void {
    const choice = choiceOf(result, reward);
    if (typeof choice === "string") this.#setAside[choice] += 1;
    else if (this.#choices.length === CHOICES_MAX) this.#setAside.beyondLimit += 1;
    else this.#choices.push(choice);
  }

  report({ seed, resamples, minEffectiveSize }: EvaluationOrder): EvaluationReport {
    const found = evaluate(this.#choices, { seed, resamples, minEffectiveSize });
    const aside = Object.values(this.#setAside).reduce((sum, count) => sum + count, 0);
    const all = aside + found.choices;
    const notEvaluatedShare = all === 0 ? 0 : (all - found.supported) / all;
    return { setAside: { ...this.#setAside }, notEvaluatedShare, ...found };
  }
}

/** The action is the first endpoint of a plan: what follows when it fails belongs to the world that answers. */
function choiceOf(result: Replayed, reward: Reward): LoggedChoice | keyof SetAside {
  if (!result.ok || result.decisions === null || result.about === null) return "notReplayed";
  const { recorded, replayed } = result.decisions;
  const kinds = [recorded.action.kind, replayed.action.kind];
  if (kinds.includes("refuse")) return "refused";
  if (recorded.action.kind !== "route" || replayed.action.kind !== "route") return "cached";
  if (reward === "not-executed") return "notExecuted";
  if (reward === "unknown") return "noReward";
  const action = recorded.action.plan[0] ?? "";
  const logged = chancesOf(recorded);
  const target = chancesOf(replayed);
  if (target.length === 0 || !logged.some((chance) => chance.action === action)) return "noPropensity";
  return { action, logged, target, reward, kind: result.about.task };
}

function chancesOf({ propensities }: Decision): Chance[] {
  return propensities
    .filter(({ propensity }) => propensity > 0)
    .map(({ endpoint, propensity }) => ({ action: endpoint, probability: propensity / MICRO }));
}
