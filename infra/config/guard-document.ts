import type { GuardDocument, GuardTools, RemoteGuard } from "@signalbox/proto";
import type { GuardrailsConfig } from "./guardrails-config.ts";

/** The guardrails as the services read them: a hashed document, which holds no fractions. */
export function guardDocumentOf(config: GuardrailsConfig): GuardDocument {
  const { detect: wanted, request, answer, tools: named, form: limits, remote: elsewhere } = config;
  return {
    schema: "signalbox.guard.v1",
    detect: wanted,
    request,
    answer,
    ...(named === undefined ? {} : { tools: toolsOf(named) }),
    ...(limits === undefined ? {} : { form: limits }),
    ...(elsewhere.length === 0 ? {} : { remote: elsewhere.map(remoteOf) }),
  };
}

/** JSON Schemas stand in the document as text, because they may hold fractions and a hashed document only integers. */
function toolsOf({ allow: allowed, deny, schemas }: NonNullable<GuardrailsConfig["tools"]>): GuardTools {
  return {
    ...(allowed === undefined ? {} : { allow: allowed }),
    ...(deny === undefined ? {} : { deny }),
    ...(schemas === undefined
      ? {}
      : { schemas: schemas.map(({ tool, schema }) => ({ tool, schema: JSON.stringify(schema) })) }),
  };
}

const PER_SHARE = 1_000_000;

function micro(value: number): number {
  return Math.round(value * PER_SHARE);
}

function remoteOf(config: GuardrailsConfig["remote"][number]): RemoteGuard {
  const { name, url, on, deadlineMs, onFailure, textMaxChars, apiKeyEnv = null } = config;
  const head = { name, url, on, deadlineMs, onFailure, textMaxChars, apiKeyEnv };
  switch (config.kind) {
    case "webhook":
      return { ...head, kind: "webhook" };
    case "presidio": {
      const { language, scoreMin, entities = null, anonymizerUrl = null } = config;
      return { ...head, kind: "presidio", anonymizerUrl, language, scoreMin: micro(scoreMin), entities };
    }
    default: {
      const { model, threshold } = config;
      return { ...head, kind: "moderation", model, threshold: threshold === undefined ? null : micro(threshold) };
    }
  }
}
