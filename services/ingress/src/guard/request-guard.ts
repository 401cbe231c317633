import { setImmediate as nextTurn } from "node:timers/promises";
import type { OpenFilter } from "@signalbox/dialects";
import {
  chooseAction,
  findingsNamed,
  findInForm,
  type FindingType,
  type Guardrails,
  type JsonFinding,
  redactJson,
  type RequestForm,
  RestoreStream,
  scanJsonSlices,
  type SlicedScan,
  summarise,
  textFields,
} from "@signalbox/guard";
import type { RemoteGuards } from "@signalbox/kit/remote-guards";
import { GUARD_TYPES_MAX, type GuardFacts, type RequestRedaction } from "@signalbox/proto";
import { guardFactsOf } from "./guard-facts.ts";

/** What the guardrails found in a request's body: the findings stay in this process, the facts go down the line. */
export type Inspection = { readonly facts: GuardFacts; readonly findings: readonly JsonFinding[] };

/** A redacted body, and what restores it; null when nothing was redacted. */
export type RedactedBody = { readonly body: Buffer; readonly redaction: RequestRedaction | null };

/** Shown to a remote guardrail in place of each redacted character. */
const TAKEN_OUT = "\u2588";

/** Scans requests before anything of them leaves this process, and redacts what rules or a decision order. */
export class RequestGuard {
  readonly #guardrails: Guardrails;
  readonly #remote: RemoteGuards | null;

  constructor(guardrails: Guardrails, remote: RemoteGuards | null = null) {
    this.#guardrails = guardrails;
    this.#remote = remote;
  }

  /** The digest of the guardrails document. */
  get config(): string {
    return this.#guardrails.digest;
  }

  /**
   * Scans every string of a JSON body. A long body is scanned in slices, between which other requests get their turn.
   * `formOf` is called only where the document has `form` or `tools`.
   */
  async inspect(body: Buffer, formOf: () => RequestForm | null): Promise<Inspection> {
    const text = body.toString("utf8");
    const { findings, complete } = await this.#scan(text);
    const inForm = this.#inForm(formOf);
    const all = inForm.length === 0 ? findings : [...findings, ...inForm];
    const facts = guardFactsOf({ findings: all, complete }, this.#guardrails);
    // A blocked request is not shown to remote guardrails.
    if (this.#remote === null || facts.action === "block") return { facts, findings: all };
    const more = [...all, ...(await this.#ask(this.#remote, text, all))];
    return { facts: guardFactsOf({ findings: more, complete }, this.#guardrails), findings: more };
  }

  /** Whether a cached answer may be sent as it is: not where a rule for answers would block or redact something in it. */
  async passesAnswer(text: string): Promise<boolean> {
    const { rules } = this.#guardrails.document.answer;
    if (rules.length === 0) return true;
    const { findings } = await this.#scan(text, text.length);
    const { action } = chooseAction(findings, rules);
    return action === "pass" || action === "observe";
  }

  /**
   * Puts placeholders in place of what the document's rules and the decision (`ordered`) redact. The same arguments give the
   * same body, so that a request can be sent again and a cached answer be restored.
   */
  redact(body: Buffer, { findings, ordered }: { findings: readonly JsonFinding[]; ordered: string[] }): RedactedBody {
    const byRule = this.#takenByRules(findings);
    const byOrder = new Set(findingsNamed(findings, ordered));
    const taken = findings.filter((each) => each.end > each.start && (byRule.has(each) || byOrder.has(each)));
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

  /** A filter that puts the redacted texts of a request back into its answer. */
  restorer({ originals }: RequestRedaction): OpenFilter {
    const redaction = { originals: new Map(Object.entries(originals)) };
    return (form) => new RestoreStream(redaction, form);
  }

  async #scan(text: string, textMaxChars = this.#guardrails.document.request.textMaxChars): Promise<SlicedScan> {
    const slices = scanJsonSlices(text, this.#guardrails.guard, { textMaxChars });
    for (;;) {
      const step = slices.next();
      if (step.done === true) return step.value;
      await nextTurn();
    }
  }

  #inForm(formOf: () => RequestForm | null): JsonFinding[] {
    const { document, toolRules } = this.#guardrails;
    if (document.form === undefined && toolRules === null) return [];
    const form = formOf();
    return form === null ? [] : findInForm(form, { form: document.form, toolRules }).map(withoutPlace);
  }

  /** Asks remote guardrails, with what the document's own rules redact blacked out. */
  async #ask(remote: RemoteGuards, text: string, findings: readonly JsonFinding[]): Promise<JsonFinding[]> {
    const taken = Map.groupBy(this.#takenByRules(findings), ({ field }) => field);
    const fields = textFields(text);
    const shown = fields.map(({ field, value }) => hidden(value, taken.get(field) ?? []));
    const found = await remote.check(shown);
    return found.map(({ text: at, ...finding }) => ({ ...finding, field: fields[at]?.field ?? 0 }));
  }

  #takenByRules(findings: readonly JsonFinding[]): Set<JsonFinding> {
    const verdict = chooseAction(findings, this.#guardrails.document.request.rules);
    return new Set(verdict.action === "redact" ? verdict.findings : []);
  }
}

function withoutPlace(type: FindingType): JsonFinding {
  return { type, field: 0, start: 0, end: 0 };
}

/** The text with findings blacked out, at the same length, so that places in it stay valid. */
function hidden(text: string, findings: readonly JsonFinding[]): string {
  let shown = text;
  for (const { start, end } of findings) {
    shown = shown.slice(0, start) + TAKEN_OUT.repeat(end - start) + shown.slice(end);
  }
  return shown;
}
