/** What a member may be that somebody got wrong. */
export const WRONG: readonly unknown[] = [
  null,
  true,
  "",
  "x",
  "x".repeat(2_000),
  "-1",
  0,
  -0,
  -1,
  1.5,
  2 ** 53,
  [],
  ["x"],
  Array.from({ length: 100 }, () => "x"),
  {},
  { kind: "refuse" },
];

/** The value with each of its members, one at a time, left out, joined by another, and put wrong in each way. */
export function* variants(value: unknown): Generator {
  if (typeof value !== "object" || value === null) return;
  if (Array.isArray(value)) {
    for (const [at, element] of value.entries()) {
      for (const other of [...WRONG, ...variants(element)]) yield value.with(at, other);
    }
    yield [...value, ...value];
    yield [];
    return;
  }
  yield { ...value, surplus: 1 };
  yield { ...value, ["__proto__"]: 1 };
  for (const [name, member] of Object.entries(value)) {
    yield Object.fromEntries(Object.entries(value).filter(([other]) => other !== name));
    for (const other of [...WRONG, ...variants(member)]) yield { ...value, [name]: other };
  }
}
