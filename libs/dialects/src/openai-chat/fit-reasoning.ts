import { isObject } from "../check/check-value.ts";
import type { LossList } from "../neutral/loss.ts";
import { budgetOfEffort } from "../neutral/requested-reasoning.ts";
import type { NeutralRequest } from "../neutral/request.ts";
import type { ReasoningQuirks } from "../request-quirks.ts";
import { REASONING_EFFORTS } from "./request-fields.ts";

type Effort = (typeof REASONING_EFFORTS)[number];

/** Says what a request asks of the model's reasoning in the host's own words. A caller who used these words already is not corrected. */
export function fitReasoning(
  body: Record<string, unknown>,
  { reasoning }: NeutralRequest,
  { quirks, losses }: { quirks: ReasoningQuirks | undefined; losses: LossList },
): void {
  if (reasoning === null || quirks === undefined) return;
  const { on = {}, off = {}, budget, efforts } = quirks;
  if (
    [...Object.keys(on), ...Object.keys(off), budget?.[0]].some(
      (field) => field !== "reasoning_effort" && field !== undefined && body[field] !== undefined,
    )
  )
    return;
  const effort = body["reasoning_effort"] as Effort | undefined;
  if (effort === "none" && quirks.off !== undefined) {
    delete body["reasoning_effort"];
    Object.assign(body, off);
    return;
  }
  Object.assign(body, effort === "none" ? {} : on);
  const tokens = reasoning.budgetTokens ?? null;
  if (budget !== undefined && tokens !== null) {
    delete body["reasoning_effort"];
    setBudget(body, budget, tokens);
    return;
  }
  if (effort === undefined || efforts === undefined || efforts.includes(effort)) return;
  losses.add("reasoning.effort", "reasoning-effort", "approximated");
  const near = nearest(effort, efforts);
  if (near !== null) body["reasoning_effort"] = near;
  else if (on["reasoning_effort"] === undefined || effort === "none") delete body["reasoning_effort"];
  if (near === null && budget !== undefined && effort !== "none") setBudget(body, budget, budgetOfEffort(effort));
}

function setBudget(body: Record<string, unknown>, [field, inner]: readonly [string, string?], tokens: number): void {
  const own = isObject(body[field]) ? body[field] : {};
  body[field] = inner === undefined ? tokens : { ...own, [inner]: tokens };
}

/** The least effort of these that is no less than this one, else the greatest; null where there is none. */
function nearest(effort: Effort, efforts: readonly Effort[]): Effort | null {
  const rank = REASONING_EFFORTS.indexOf(effort);
  return efforts.find((each) => REASONING_EFFORTS.indexOf(each) >= rank) ?? efforts.at(-1) ?? null;
}
