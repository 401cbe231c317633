import type { Catalogue, Endpoint, PolicyDocument } from "@signalbox/proto";
import { matchPattern } from "../match-pattern.ts";

const GROUP = "group:";
/** A condition may build selectors from the request; those that come once too often are computed anew. */
const KEPT_MAX = 1_024;

/** One entry for each endpoint of the catalogue: 1 when it is covered. */
export type Cover = Uint8Array;

/** Which endpoints selectors cover; answers are kept, because a catalogue is large and a policy's selectors are few. */
export class Coverage {
  readonly #endpoints: readonly Endpoint[];
  readonly #groups: PolicyDocument["groups"];
  readonly #kept = new Map<string, Cover>();

  constructor(endpoints: readonly Endpoint[], groups: PolicyDocument["groups"]) {
    this.#endpoints = endpoints;
    this.#groups = groups;
  }

  /** By endpoint id, the model's name at the provider, family, or `group:<name>`. */
  of(selector: string): Cover {
    // Each kind of key has a word of its own: a condition may make selectors of what a caller wrote.
    return this.#keep(`one ${selector}`, () => {
      const patterns = selector.startsWith(GROUP) ? this.groupMembers(selector.slice(GROUP.length)) : [selector];
      return ({ id, model, family }) =>
        patterns.some((pattern) => [id, model, family].some((name) => matchPattern(pattern, name)));
    });
  }

  ofAny(selectors: readonly string[]): Cover {
    const [only] = selectors;
    if (only !== undefined && selectors.length === 1) return this.of(only);
    return this.#keep(`any ${selectors.join("\n")}`, () => {
      const covers = selectors.map((selector) => this.of(selector));
      return (_endpoint, index) => covers.some((cover) => cover[index] === 1);
    });
  }

  /** Of the endpoints whose region one of the patterns covers; one of an unknown region is in none. */
  ofRegions(patterns: readonly string[]): Cover {
    return this.#keep(`region ${patterns.join("\n")}`, () => {
      return ({ region }) => region !== null && patterns.some((pattern) => matchPattern(pattern, region));
    });
  }

  /** Of the endpoints whose id one of the patterns covers, whatever their models are called. */
  ofIds(patterns: readonly string[]): Cover {
    return this.#keep(`id ${patterns.join("\n")}`, () => {
      return ({ id }) => patterns.some((pattern) => matchPattern(pattern, id));
    });
  }

  hasGroup(name: string): boolean {
    return Object.hasOwn(this.#groups, name);
  }

  /** The group's selectors in order, with the groups among them in their places; none of a group that is not there. */
  groupMembers(name: string, inside: readonly string[] = []): readonly string[] {
    if (!this.hasGroup(name) || inside.includes(name)) return [];
    return (this.#groups[name] ?? []).flatMap((selector) =>
      selector.startsWith(GROUP) ? this.groupMembers(selector.slice(GROUP.length), [...inside, name]) : [selector],
    );
  }

  #keep(key: string, test: () => (endpoint: Endpoint, index: number) => boolean): Cover {
    const known = this.#kept.get(key);
    if (known !== undefined) return known;
    const covers = test();
    const cover = Uint8Array.from(this.#endpoints, (endpoint, index) => (covers(endpoint, index) ? 1 : 0));
    if (this.#kept.size < KEPT_MAX) this.#kept.set(key, cover);
    return cover;
  }
}

/** The ids of the endpoints that a selector covers, under a policy's groups. */
export function coveredBy(
  { groups }: Pick<PolicyDocument, "groups">,
  { endpoints }: Catalogue,
): (selector: string) => ReadonlySet<string> {
  const coverage = new Coverage(endpoints, groups);
  return (selector) => {
    const cover = coverage.of(selector);
    return new Set(endpoints.filter((_, index) => cover[index] === 1).map(({ id }) => id));
  };
}
