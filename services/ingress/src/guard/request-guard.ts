import { setImmediate as nextTurn } from "node:timers/promises";
import type { OpenFilter } from "@signalbox/dialects";
import {
  chooseAction,
  findingsNamed,
  type JsonFinding,
  redactJson,
  RestoreStream,
  scanJsonSlices,
  summarise,
} from "@signalbox/guard";
import type { Guardrails } from "@signalbox/guard";
import { GUARD_TYPES_MAX, type GuardFacts, type RequestRedaction } from "@signalbox/proto";
import { guardFactsOf } from "./guard-facts.ts";

/** What the guardrails found in a request's body; the findings stay in this process, and the facts travel. */
export type Inspection = { readonly facts: GuardFacts; readonly findings: readonly JsonFinding[] };

/** A body without what must not leave, and what puts it back; null when nothing was taken out. */
export type RedactedBody = { readonly body: Buffer; readonly redaction: RequestRedaction | null };

/** Looks through requests before anything of them travels, and takes out of them what is ordered. */
export class RequestGuard {
  readonly #guardrails: Guardrails;

  constructor(guardrails: Guardrails) {
    this.#guardrails = guardrails;
  }

  /** The digest of the guardrails document. */
  get config(): string {
    return this.#guardrails.digest;
  }

  /** Looks through a whole JSON body, whatever its form. A long one is looked through in slices between which others get their turn. */
  async inspect(body: Buffer): Promise<Inspection> {
    const { guard, document } = this.#guardrails;
    const slices = scanJsonSlices(body.toString("utf8"), guard, document.request);
    for (;;) {
      const step = slices.next();
      if (step.done === true) {
        return { facts: guardFactsOf(step.value, this.#guardrails), findings: step.value.findings };
      }
      await nextTurn();
    }
  }

  /**
   * Puts placeholders in the place of what the document's rules and `ordered`, the decision's names, take out. The same
   * arguments give the same body, so that a request can be sent again and a kept answer be restored.
   */
  redact(body: Buffer, { findings, ordered }: { findings: readonly JsonFinding[]; ordered: string[] }): RedactedBody {
    const verdict = chooseAction(findings, this.#guardrails.document.request.rules);
    const byRule = new Set<JsonFinding>(verdict.action === "redact" ? verdict.findings : []);
    const byOrder = new Set(findingsNamed(findings, ordered));
    const taken = findings.filter((each) => byRule.has(each) || byOrder.has(each));
    if (taken.length === 0) return { body, redaction: null };
    const { json, redaction } = redactJson(body.toString("utf8"), taken);
    const redacted = summarise(taken).map(({ type, count }) => ({ type, count }));
    return {
      body: Buffer.from(json, "utf8"),
      redaction: {
        config: this.config,
        ordered,
        redacted: redacted.slice(0, GUARD_TYPES_MAX),
        originals: Object.fromEntries(redaction.originals),
      },
    };
  }

  /** Puts back into texts what was taken out of the request that they answer. */
  restorer({ originals }: RequestRedaction): OpenFilter {
    const redaction = { originals: new Map(Object.entries(originals)) };
    return (form) => new RestoreStream(redaction, form);
  }
}
