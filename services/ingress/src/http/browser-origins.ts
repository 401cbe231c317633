import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import { z } from "zod";

const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[^\s/?#@]+$/;
const HEADER_NAMES = /^[\w!#$%&'*+.^`|~-]+(?: *, *[\w!#$%&'*+.^`|~-]+)*$/;
const HEADER_NAMES_MAX_CHARS = 4_096;
/** Chromium's upper bound for remembering a preflight's answer. */
const PREFLIGHT_SECONDS = 7_200;
const ANY = "*";

/** An origin as browsers send it, e.g. `https://app.example`, or `*` for any. */
export const BrowserOrigin = z
  .string()
  .max(256)
  .refine((text) => text === ANY || ORIGIN.test(text), {
    error: "expected an origin like https://app.example, in small letters and without a path, or '*' for any",
  });

/**
 * Which pages of other origins may call the line (CORS, https://fetch.spec.whatwg.org/#http-cors-protocol). Keys come in a
 * header and never in a cookie, so a page can do no more than its own key allows.
 */
export class BrowserOrigins {
  readonly #origins: ReadonlySet<string>;
  readonly #any: boolean;

  constructor(origins: readonly string[]) {
    this.#origins = new Set(origins);
    this.#any = this.#origins.has(ANY);
  }

  /** Sets the headers that let a page read the answer. False for a page that may not, and for a caller that is no page. */
  admit({ origin }: IncomingHttpHeaders, answer: ServerResponse): boolean {
    if (!this.#any) answer.setHeader("vary", "origin");
    if (origin === undefined || !(this.#any || this.#origins.has(origin))) return false;
    answer.setHeader("access-control-allow-origin", this.#any ? ANY : origin);
    answer.setHeader("access-control-expose-headers", ANY);
    return true;
  }

  /** Sets the headers of a preflight's answer. False for a request that is no preflight or is not allowed. */
  preflight(headers: IncomingHttpHeaders, methods: readonly string[], answer: ServerResponse): boolean {
    if (headers["access-control-request-method"] === undefined || !this.admit(headers, answer)) return false;
    const asked = headers["access-control-request-headers"];
    const isList = asked !== undefined && asked.length <= HEADER_NAMES_MAX_CHARS && HEADER_NAMES.test(asked);
    if (isList) answer.setHeader("access-control-allow-headers", asked);
    answer.setHeader("access-control-allow-methods", methods.join(", "));
    answer.setHeader("access-control-max-age", PREFLIGHT_SECONDS);
    return true;
  }
}
