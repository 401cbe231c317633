/** The part of a rule's effects that names endpoints, as a file or a document has it. */
type NamingEffects = {
  readonly pin?: string | undefined;
  readonly only?: readonly string[] | undefined;
  readonly exclude?: readonly string[] | undefined;
  readonly prefer?: readonly string[] | undefined;
  readonly fallbacks?: readonly string[] | undefined;
  readonly weights?: readonly { readonly of: string }[] | undefined;
  readonly split?: readonly { readonly to: string }[] | undefined;
};

/** All selectors that a rule's effects name. */
export function selectorsOf(effects: NamingEffects): { effect: string; selector: string }[] {
  const { pin, only, exclude, prefer, fallbacks, weights, split } = effects;
  const lists = {
    pin: pin === undefined ? [] : [pin],
    only: only ?? [],
    exclude: exclude ?? [],
    prefer: prefer ?? [],
    fallbacks: fallbacks ?? [],
    weights: weights?.map(({ of }) => of) ?? [],
    split: split?.map(({ to }) => to) ?? [],
  };
  return Object.entries(lists).flatMap(([effect, list]) => list.map((selector) => ({ effect, selector })));
}
