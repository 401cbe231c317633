import type { Catalogue, PlanEndpoint } from "@signalbox/proto";

/** A catalogue, indexed for acting on decisions that were made over it. */
export class EndpointView {
  readonly #ids: readonly string[];
  readonly #endpoints: ReadonlyMap<string, PlanEndpoint>;

  constructor({ endpoints }: Catalogue) {
    this.#ids = endpoints.map(({ id }) => id);
    this.#endpoints = new Map(
      endpoints.map(({ id, provider, model, dialect, price, contextTokens }) => [
        id,
        {
          endpoint: id,
          provider,
          upstreamModel: model,
          dialect,
          price,
          ...(contextTokens === null ? {} : { contextTokens }),
        },
      ]),
    );
  }

  /** The id of the endpoint that stands at an index of the catalogue. */
  idAt(index: number): string | undefined {
    return this.#ids[index];
  }

  /** What the dispatcher must know of an endpoint. */
  endpoint(id: string): PlanEndpoint | undefined {
    return this.#endpoints.get(id);
  }
}
