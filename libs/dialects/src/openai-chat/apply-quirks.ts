import { isObject } from "../check/check-value.ts";
import type { LossList } from "../neutral/loss.ts";
import type { NeutralRequest } from "../neutral/request.ts";
import type { RequestQuirks } from "../request-quirks.ts";
import { fitFormat } from "./fit-format.ts";
import { fitReasoning } from "./fit-reasoning.ts";
import { fitToolChoice } from "./fit-tool-choice.ts";
import { fitTools } from "./fit-tools.ts";

/** A body in the making. */
export type Body = Record<string, unknown>;

/** Makes a body one that its host takes. What the host cannot take is left out or brought near, and named. */
export function applyQuirks(
  body: Body,
  request: NeutralRequest,
  { quirks, losses }: { quirks: RequestQuirks; losses: LossList },
): void {
  fitReasoning(body, request, { quirks: quirks.reasoning, losses });
  const toolChoices = quirks.reasoning === undefined ? quirks.toolChoices : fitTools(body, quirks, losses);
  if (toolChoices !== undefined) fitToolChoice(body, toolChoices, losses);
  if (quirks.formats !== undefined) fitFormat(body, quirks.formats, losses);
  for (const field of quirks.lacks ?? []) drop(body, field, losses);
  fitNumbers(body, quirks, losses);
  for (const [field, value] of Object.entries(quirks.always ?? {})) body[field] ??= value;
}

function fitNumbers(body: Body, { choicesMax, stopsMax, temperature }: RequestQuirks, losses: LossList): void {
  const { n, stop, temperature: asked } = body;
  if (choicesMax !== undefined && typeof n === "number" && n > choicesMax) {
    losses.add("choices", "choices", "out-of-range");
    body["n"] = choicesMax;
  }
  if (stopsMax !== undefined && Array.isArray(stop) && stop.length > stopsMax) {
    losses.add("sampling.stop", "stop", "out-of-range");
    body["stop"] = stop.slice(0, stopsMax);
  }
  if (temperature !== undefined && typeof asked === "number" && (asked < temperature.min || asked > temperature.max)) {
    losses.add("temperature", "temperature", "out-of-range");
    body["temperature"] = Math.min(Math.max(asked, temperature.min), temperature.max);
  }
}

function drop(body: Body, field: string, losses: LossList): void {
  const [list, inner] = field.split("[].");
  if (list !== undefined && inner !== undefined) return dropInside(body, [list, inner], losses);
  if (body[field] === undefined) return;
  if (!asksNothing(field, body[field])) losses.add(field, field.replaceAll("_", "-"), "no-equivalent");
  delete body[field];
}

/** A switch that is off asks for nothing, but for the one that is on unless told otherwise. */
function asksNothing(field: string, value: unknown): boolean {
  return value === null || value === (field === "parallel_tool_calls");
}

function dropInside(body: Body, [list, field]: readonly [string, string], losses: LossList): void {
  const items: unknown = body[list];
  if (!Array.isArray(items)) return;
  for (const [index, item] of items.entries()) {
    if (!isObject(item)) continue;
    // A tool's definition stands one level deeper.
    const holder = list === "tools" ? item["function"] : item;
    if (!isObject(holder) || holder[field] === undefined) continue;
    if (holder[field] !== null && holder[field] !== false) {
      losses.add(`${list}[${index}].${field}`, field, "no-equivalent");
    }
    const { [field]: _, ...rest } = holder;
    const replaced = list === "tools" ? { ...item, function: rest } : rest;
    body[list] = (body[list] as readonly unknown[]).with(index, replaced);
  }
}
