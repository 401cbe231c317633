import type { Places } from "../config/render-service-configs.ts";
import type { Ports } from "../supervisor/choose-ports.ts";

/** In a network of containers each service is reached by its name, so that ports can be the same everywhere. */
export const DEPLOYED_PLACES: Places = { bindHost: "0.0.0.0", hostOf: (stage) => stage };

export const DEPLOYED_PORTS: Ports = {
  http: 8_790,
  ledger: 8_791,
  dispatcher: 8_792,
  cache: 8_793,
  simulator: 8_794,
  register: 8_795,
  "classifier-health": 8_796,
  "cache-health": 8_797,
  "policy-health": 8_798,
  "dispatcher-health": 8_799,
  "audit-ledger-health": 8_800,
  nats: 4_222,
  postgres: 5_432,
};
