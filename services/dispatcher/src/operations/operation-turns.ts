import {
  atDeployment,
  openOperation,
  type OperationCall,
  type OperationEnvelope,
  type RenderedOperation,
} from "@signalbox/dialects";
import type { PlainOperation, Usage } from "@signalbox/proto";
import { attemptWith } from "../attempt.ts";
import { billedUsage } from "../billed-usage.ts";
import { costPicoUsdOf, sumPicoUsd } from "../cost.ts";
import type { Execution } from "../execute.ts";
import { openAnswer } from "../open-answer.ts";
import { translationOf } from "../translation.ts";
import type { PrepareTurn, ReadyTurn, Turn } from "../walk-plan.ts";
import { type OperationContext, relayOperation } from "./relay-operation.ts";

/** The turns of a request for an operation beside chat. Throws what is wrong with the request itself. */
export function operationTurns(execution: Execution, operation: PlainOperation): PrepareTurn {
  const { body, envelopeJson } = execution;
  const envelope = envelopeJson === "" ? {} : (JSON.parse(envelopeJson) as OperationEnvelope);
  const call = openOperation(operation, body, envelope);
  return (turn) => prepare(execution, call, turn);
}

function prepare(execution: Execution, call: OperationCall, turn: Turn): ReadyTurn {
  const { order } = execution;
  const { endpoint, planIndex } = turn;
  const rendered = renderFor(call, turn);
  const translation = translationOf(order.dialect, endpoint.dialect, rendered);
  const costOf = costOfUsage(call, turn);
  const context = {
    ...execution,
    ...turn,
    call,
    rendered,
    inputTokens: order.inputTokens,
    maxOutputTokens: null,
    serving: { endpoint, planIndex, translation: translation.header, contentType: "" },
    noteOf: (usage: Usage) => ({
      decisionId: order.decisionId,
      endpoint: endpoint.endpoint,
      costPicoUsd: sumPicoUsd([...turn.spent, costOf(usage)]),
    }),
  };
  const { serving } = context;
  return {
    serving,
    translation,
    costOf,
    maxOutputTokens: null,
    run: () => callAndRelay(context),
  };
}

function callAndRelay(context: OperationContext): ReturnType<typeof attemptWith> {
  return attemptWith(context, async (deadline, trace) => {
    const answer = await openAnswer({ ...context, stream: false }, deadline, trace);
    return relayOperation({ answer, context, deadline, trace });
  });
}

function renderFor(call: OperationCall, { endpoint, provider }: Turn): RenderedOperation {
  const { dialect, upstreamModel: model } = endpoint;
  const rendered = call.renderFor(dialect, model);
  const { apiVersion } = provider;
  return dialect === "azure-openai" && apiVersion !== null ? atDeployment(rendered, { model, apiVersion }) : rendered;
}

/** Where what is generated has no text to be measured by, a usage that nobody reported has no cost that anybody knows. */
function costOfUsage({ isMeasurable }: OperationCall, { endpoint }: Turn): ReadyTurn["costOf"] {
  return (usage) =>
    usage.source === "estimated" && !isMeasurable ? null : costPicoUsdOf(billedUsage(usage), endpoint.price);
}
