import type { ServerResponse } from "node:http";
import { SignalboxError } from "@signalbox/proto";
import { overloaded } from "../http/overloaded.ts";
import type { Room } from "../http/read-body.ts";

/** The share of each limit that one tenant may take while there are others, so that it cannot keep them out. */
const TENANT_SHARE = 3 / 4;

type AdmissionLimits = {
  /** Requests in work at once. */
  readonly inFlightMax: number;
  /** The memory that their bodies take together. */
  readonly bodiesMaxBytes: number;
  /** Whether there is more than one tenant. */
  readonly hasOthers: () => boolean;
};

type Held = { requests: number; bytes: number };

/** Bounds how many requests are in work at once, and how much memory their bodies take. */
export class Admission {
  readonly #limits: AdmissionLimits;
  readonly #all: Held = { requests: 0, bytes: 0 };
  readonly #byTenant = new Map<string, Held>();

  constructor(limits: AdmissionLimits) {
    this.#limits = limits;
  }

  get inFlight(): number {
    return this.#all.requests;
  }

  /**
   * Takes a place until the response is closed, and gives the room in which the body's memory is counted until then. Throws
   * `overloaded` when there is no place, and `client-aborted` when the client has left.
   */
  admit(tenant: string, response: ServerResponse): Room {
    // A response closes once: a place that is taken afterwards would never be given back.
    if (response.destroyed) throw new SignalboxError("client-aborted", "The client left before its request was read.");
    const own = this.#byTenant.get(tenant) ?? { requests: 0, bytes: 0 };
    const { inFlightMax, bodiesMaxBytes } = this.#limits;
    if (this.#all.requests >= inFlightMax || own.requests >= this.#shareOf(inFlightMax)) throw overloaded();
    this.#byTenant.set(tenant, own);
    own.requests += 1;
    this.#all.requests += 1;
    let held = 0;
    let isClosed = false;
    response.once("close", () => {
      isClosed = true;
      own.requests -= 1;
      own.bytes -= held;
      this.#all.requests -= 1;
      this.#all.bytes -= held;
      if (own.requests === 0) this.#byTenant.delete(tenant);
    });
    return {
      take: (bytes) => {
        if (isClosed) return false;
        const isWithin =
          this.#all.bytes + bytes <= bodiesMaxBytes && own.bytes + bytes <= this.#shareOf(bodiesMaxBytes);
        if (!isWithin) return false;
        held += bytes;
        own.bytes += bytes;
        this.#all.bytes += bytes;
        return true;
      },
    };
  }

  #shareOf(all: number): number {
    return this.#limits.hasOthers() ? Math.ceil(all * TENANT_SHARE) : all;
  }
}
