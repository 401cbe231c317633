import { egressOf, type RenderedRequest } from "@signalbox/dialects";
import { type Attempt, type DialectName, RECORDED_LOSSES_MAX, type WireName } from "@signalbox/proto";
import type { CompleteAnswer } from "./complete-answer.ts";

/** What a request lost on its way into a provider's wire: as its attempt records it, and as a header shows it. */
export type Translation = { readonly record: Attempt["translation"]; readonly header: string };

const PATH_MAX_CHARS = 256;
const HEADER_MAX_CHARS = 1_024;

/** `none` where both are the same form; else `lossless`, or `lossy` with the places and reasons that fit into a header. */
export function translationOf(
  dialect: DialectName,
  wire: WireName,
  { losses }: Pick<RenderedRequest, "losses">,
): Translation {
  if (losses.length > 0) {
    const record = { losses: losses.slice(0, RECORDED_LOSSES_MAX), total: losses.length };
    return { record, header: lossyHeader(losses) };
  }
  return { record: undefined, header: egressOf(wire).form === dialect ? "none" : "lossless" };
}

/** What an attempt records of its translation, once its answer is told: what of the answer is lost stands below `answer`. */
export function translatedBothWays(
  { record }: Translation,
  losses: CompleteAnswer["losses"] = [],
): Attempt["translation"] {
  if (losses.length === 0) return record;
  const before = record ?? { losses: [], total: 0 };
  const ofAnswer = losses.map((loss) => ({ ...loss, path: `answer.${loss.path}`.slice(0, PATH_MAX_CHARS) }));
  return {
    losses: [...before.losses, ...ofAnswer].slice(0, RECORDED_LOSSES_MAX),
    total: before.total + losses.length,
  };
}

function lossyHeader(losses: RenderedRequest["losses"]): string {
  let header = `lossy; count=${losses.length}`;
  for (const { path, what, why } of losses) {
    const next = `${header}; ${path} ${what} ${why}`;
    if (next.length > HEADER_MAX_CHARS) break;
    header = next;
  }
  return header;
}
