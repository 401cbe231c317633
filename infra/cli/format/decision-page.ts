import type { DecisionEvent, Obligation } from "@signalbox/proto";
import type { DecisionRecord } from "../decision-record.ts";
import { formatSpans, type Span } from "./bar-chart.ts";
import { formatTime, resultOf } from "./decision-rows.ts";
import { attempts, excluded, ranked } from "./decision-tables.ts";
import { formatPicoUsd } from "./money.ts";
import { counted, fields, indent, share } from "./page-text.ts";
import { printable } from "./table.ts";

type Outcome = NonNullable<DecisionRecord["outcome"]>;

/** Everything that the register holds of one request, in the order in which it happened. */
export function formatDecisionPage({ index, decision, outcome }: DecisionRecord): string {
  const sections = [
    head(index, decision ?? outcome),
    ...(decision === null ? ["No decision was made."] : decided(decision)),
    ...(outcome === null ? ["The request is not finished yet."] : [attempts(outcome), ended(outcome)]),
    ...(decision === null
      ? []
      : [`Time per stage\n${indent(formatSpans(spans(decision, outcome)))}`, documents(decision)]),
  ];
  return sections.filter((section) => section !== "").join("\n\n");
}

function head(index: number, event: DecisionEvent | Outcome | null): string {
  if (event === null) return `leaf ${index}`;
  const title = event.decisionId === null ? `Request ${event.requestId}` : `Decision ${event.decisionId}`;
  return `${title}\nleaf ${index} · request ${event.requestId} · tenant ${event.tenant} · ${formatTime(event.atMs)} UTC`;
}

function decided(event: DecisionEvent): string[] {
  return [
    fields([
      ["Asked", asked(event)],
      ["Classified", classified(event)],
      ["", signals(event)],
      ["Cache", event.decision.cache],
      ["Chosen", chosen(event)],
      ["", why(event)],
      ["Plan", plan(event)],
      ...rules(event),
    ]),
    ranked(event),
    excluded(event),
  ];
}

function asked({ input }: DecisionEvent): string {
  const { facts } = input;
  const extras = [
    counted(facts.messages, "message"),
    facts.images > 0 ? counted(facts.images, "image") : "",
    facts.tools > 0 ? counted(facts.tools, "tool") : "",
    facts.responseFormat === "text" ? "" : facts.responseFormat,
    facts.stream ? "streamed" : "whole",
    facts.maxOutputTokens === null ? "" : `at most ${facts.maxOutputTokens} output tokens`,
  ];
  return `${printable(facts.model)} by key ${facts.keyId} · ${extras.filter(Boolean).join(", ")}`;
}

function classified({ input }: DecisionEvent): string {
  const { task, difficulty, tier, language, inputTokens, capabilities } = input.classification;
  const needs = capabilities.length === 0 ? "" : ` · needs ${capabilities.join(", ")}`;
  return `${task} · difficulty ${share(difficulty)} (${tier}) · ${language} · about ${inputTokens} input tokens${needs}`;
}

function signals({ input }: DecisionEvent): string {
  const { signals: found } = input.classification;
  return found.length === 0 ? "" : `because ${found.map(({ name, points }) => `${name} ${signed(points)}`).join(", ")}`;
}

function chosen({ decision: { action, reason, strategy } }: DecisionEvent): string {
  if (action.kind === "refuse") return `nothing, refused (${action.code}): ${printable(action.message)}`;
  const from = action.kind === "serve-cached" ? `${action.endpoint} from the cache` : (action.plan[0] ?? "—");
  return `${from} · ${reason} · strategy ${strategy}`;
}

function why({ decision }: DecisionEvent): string {
  const { requiredQuality, considered, eligible } = decision;
  return `asks for quality ${share(requiredQuality)}; ${eligible} of ${considered} endpoints were eligible`;
}

function plan({ decision }: DecisionEvent): string {
  return decision.action.kind === "route" ? decision.action.plan.join(" → ") : "";
}

/** What the policy's rules did; nothing, when it has none. */
function rules({ decision: { policy } }: DecisionEvent): [string, string][] {
  if (policy === undefined) return [];
  const applied = policy.applied.map(({ rule, effects, overridden }) => {
    const late = overridden.length === 0 ? "" : `, too late for ${overridden.join(", ")}`;
    return `${rule} (${effects.join(", ") || "nothing"}${late})`;
  });
  return [
    ["Rules", applied.join(" · ") || "none applied"],
    [
      "",
      policy.arm === null
        ? ""
        : `drew ${printable(policy.arm.arm)} by ${policy.arm.rule}, ${share(policy.arm.share)} of requests`,
    ],
    ["", policy.failed.length === 0 ? "" : `could not compute the condition of ${policy.failed.join(", ")}`],
    ["Tags", policy.tags.join(", ")],
    ["Ordered", policy.obligations.map((one) => `${ordered(one)} by ${one.rule}`).join(" · ")],
  ];
}

/** What somebody is to do; its words are those of the policy. */
function ordered(obligation: Obligation): string {
  if (obligation.kind === "redact") return `redact ${obligation.types.join(", ")}`;
  if (obligation.kind === "custom") return `${obligation.name}: ${printable(obligation.value)}`;
  return `at most ${counted(obligation.requestsPerMinute, "request")} a minute for each ${obligation.by}`;
}

function ended(outcome: Outcome): string {
  const { usage, finishReason, costPicoUsd } = outcome;
  const doubts = [...new Set(outcome.attempts.flatMap(({ costDoubts = [] }) => costDoubts))];
  const parts = [
    `${usage.inputTokens} in (${usage.cachedInputTokens} cached)`,
    `${usage.outputTokens} out (${usage.reasoningTokens} reasoning)`,
    usage.source,
  ];
  return fields([
    ["Passed over", (outcome.passedOver ?? []).map(({ endpoint, error }) => `${endpoint} (${error})`).join(", ")],
    ["Answered by", outcome.endpoint ?? ""],
    ["Result", `${resultOf(outcome)}${finishReason === null ? "" : ` · finished by ${printable(finishReason)}`}`],
    ["Tokens", parts.join(" · ")],
    ["Cost", formatPicoUsd(costPicoUsd)],
    ["Not in it", outcome.lostBefore === true ? "what a dispatcher that was lost may have had done before" : ""],
    ["In doubt", doubts.join(", ")],
  ]);
}

/** The stages as they follow each other; the attempts begin where the decision has been made. */
function spans({ timing }: DecisionEvent, outcome: Outcome | null): Span[] {
  const decidedUs = timing.classifyUs + timing.lookupUs + timing.decideUs;
  return [
    { label: "classify", startUs: 0, lengthUs: timing.classifyUs },
    { label: "lookup", startUs: timing.classifyUs, lengthUs: timing.lookupUs },
    { label: "decide", startUs: timing.classifyUs + timing.lookupUs, lengthUs: timing.decideUs },
    ...(outcome?.attempts ?? []).map(({ endpoint, startedUs, totalUs }) => ({
      label: endpoint,
      startUs: decidedUs + startedUs,
      lengthUs: totalUs,
    })),
  ];
}

function documents({ input }: DecisionEvent): string {
  const named = { ...input.documents, classifier: input.classification.classifier };
  return `Made from\n${indent(fields(Object.entries(named)))}`;
}

function signed(points: number): string {
  return points < 0 ? String(points) : `+${points}`;
}
