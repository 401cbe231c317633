import { parseModel } from "./parse-model.ts";
import type { GatheredEffects } from "./policy/gather-effects.ts";
import type { RouteTarget } from "./policy/narrow.ts";
import type { PreparedDocuments } from "./prepare-documents.ts";
import { type Refusal, refuseByPolicy, refuseUnknownModel, refuseUnknownStrategy } from "./refuse.ts";
import { type ResolvedModel, resolvePinned } from "./resolve-model.ts";

const GROUP = "group:";

/** What a request is to be answered by, after the policy's word on it. */
export type RequestTarget =
  | { readonly kind: "resolved"; readonly model: ResolvedModel; readonly route: RouteTarget | null }
  | { readonly kind: "refused"; readonly refusal: Refusal };

/** A rule's `pin` or `route` takes the place of what the caller asked for; a caller may name a group too. */
export function resolveTarget(asked: string, documents: PreparedDocuments, effects: GatheredEffects): RequestTarget {
  const { pin, route } = effects;
  if (route !== null) return groupTarget({ group: route.value, rule: `rule:${route.rule}:route` }, documents, effects);
  const name = pin?.value ?? asked;
  if (name.startsWith(GROUP)) {
    const group = name.slice(GROUP.length);
    if (!documents.compiled.coverage.hasGroup(group)) return unknownName(name, documents, effects);
    return groupTarget({ group, rule: pin === null ? name : `rule:${pin.rule}:pin` }, documents, effects);
  }
  const request = parseModel(name, documents.policy);
  if (request.kind === "unknown-strategy") return { kind: "refused", refusal: refuseUnknownStrategy(request.name) };
  if (request.kind === "auto") {
    const strategy = effects.strategy?.value ?? request.strategy;
    return { kind: "resolved", model: { kind: "auto", strategy }, route: null };
  }
  const model = resolvePinned(name, documents);
  return model === null ? unknownName(name, documents, effects) : { kind: "resolved", model, route: null };
}

function groupTarget(route: RouteTarget, { policy }: PreparedDocuments, { strategy }: GatheredEffects): RequestTarget {
  const model = { kind: "auto", strategy: strategy?.value ?? policy.defaultStrategy } as const;
  return { kind: "resolved", model, route };
}

/** A caller is told which names are close; what a rule names is not the caller's doing. */
function unknownName(name: string, documents: PreparedDocuments, { pin }: GatheredEffects): RequestTarget {
  if (pin === null) return { kind: "refused", refusal: refuseUnknownModel(name, documents) };
  const message = `The policy's rule '${pin.rule}' pins '${name}', which is not in the catalogue.`;
  return { kind: "refused", refusal: refuseByPolicy(message) };
}
