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

/** What the guardrails found in a request's body; the findings stay in this process, and the facts travel. */
export type Inspection = { readonly facts: GuardFacts; readonly findings: readonly JsonFinding[] };

/** A body without what must not leave, and what puts it back; null when nothing was taken out. */
export type RedactedBody = { readonly body: Buffer; readonly redaction: RequestRedaction | null };

/** What a remote guardrail is shown in the place of each character that is taken out. */
const TAKEN_OUT = "\u2588";

/** Looks through requests before anything of them travels, and takes out of them what is ordered. */
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
   * Looks through a whole JSON body, whatever its form. A long one is looked through in slices between which others get their
   * turn. `formOf` reads what the request is made of, and is called only where the document bounds that.
   */
  async inspect(body: Buffer, formOf: () => RequestForm | null): Promise<Inspection> {
    const text = body.toString("utf8");
    const { findings, complete } = await this.#scan(text);
    const inForm = this.#inForm(formOf);
    const all = inForm.length === 0 ? findings : [...findings, ...inForm];
    const facts = guardFactsOf({ findings: all, complete }, this.#guardrails);
    // What is blocked here is shown to nobody.
    if (this.#remote === null || facts.action === "block") return { facts, findings: all };
    const more = [...all, ...(await this.#ask(this.#remote, text, all))];
    return { facts: guardFactsOf({ findings: more, complete }, this.#guardrails), findings: more };
  }

  /** Whether a kept answer may be given out: one in which a rule blocks something or takes it out is asked for anew. */
  async passesAnswer(text: string): Promise<boolean> {
    const { rules } = this.#guardrails.document.answer;
    if (rules.length === 0) return true;
    const { findings } = await this.#scan(text, text.length);
    const { action } = chooseAction(findings, rules);
    return action === "pass" || action === "observe";
  }

  /**
   * Puts placeholders in the place of what the document's rules and `ordered`, the decision's names, take out. The same
   * arguments give the same body, so that a request can be sent again and a kept answer be restored.
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

  /** Puts back into texts what was taken out of the request that they answer. */
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

  /** What the document's own rules take out is not shown to remote guardrails either. */
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

/** The text with as many units as before, so that places in it stay where they are. */
function hidden(text: string, findings: readonly JsonFinding[]): string {
  let shown = text;
  for (const { start, end } of findings) {
    shown = shown.slice(0, start) + TAKEN_OUT.repeat(end - start) + shown.slice(end);
  }
  return shown;
}
