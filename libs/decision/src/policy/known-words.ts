import type { CallerContext, PolicyDocument } from "@signalbox/proto";

/** What of a caller's words a policy names: all that may enter a decision's input, which stands in the register. */
export function knownWords(
  { tags, signals, ...names }: CallerContext,
  { vocabulary }: Pick<PolicyDocument, "vocabulary">,
): CallerContext {
  const knownTags = tags?.filter((tag) => vocabulary.tags.includes(tag)) ?? [];
  const knownSignals = Object.entries(signals ?? {}).filter(
    ([name, value]) => Object.hasOwn(vocabulary.signals, name) && vocabulary.signals[name]?.includes(value) === true,
  );
  return {
    ...names,
    ...(knownTags.length === 0 ? {} : { tags: knownTags }),
    ...(knownSignals.length === 0 ? {} : { signals: Object.fromEntries(knownSignals) }),
  };
}
