import type { JsonObject, RequestEnvelope } from "@signalbox/dialects";
import type { Admission } from "../chat/admission.ts";
import type { Config } from "../config.ts";
import { parseJsonBody, readBody } from "../http/read-body.ts";
import type { Exchange } from "../http/route.ts";
import type { Principal } from "../keys/key-ring.ts";
import type { KeyUsage } from "../keys/key-usage.ts";
import type { CountForm } from "./count-form.ts";
import { countTokens } from "./count-tokens.ts";

/** Answers how many tokens a request has. No provider is asked and nothing is decided, so there is no record of it. */
export type TokenCounter = {
  answer(
    exchange: Exchange & { readonly principal: Principal },
    asked: { readonly form: CountForm; readonly envelope: RequestEnvelope | null },
  ): Promise<JsonObject>;
};

export function createTokenCounter(
  { http }: Pick<Config, "http">,
  { admission, usage }: { admission: Admission; usage: KeyUsage },
): TokenCounter {
  return {
    async answer({ request, reply, principal }, { form, envelope }) {
      const room = admission.admit(principal.tenant, reply.raw);
      usage.used(principal.keyId, Date.now());
      const limits = { maxBytes: http.bodyMaxBytes, timeoutMs: http.bodyTimeoutMs, room };
      const body = parseJsonBody(await readBody(request.raw, limits));
      return form.render(await countTokens(() => form.parse(body, envelope)));
    },
  };
}
