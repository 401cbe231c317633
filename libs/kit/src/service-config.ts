import { z } from "zod";
import { uuidv7 } from "./uuid.ts";

/** What every service's config starts with. */
export const serviceFields = {
  /** Names this process in events, inboxes and logs; a fresh one for each start unless it is given. */
  instance: z
    .string()
    .regex(/^[a-z0-9-]{1,64}$/)
    .default(() => uuidv7().slice(-12)),
  /** pino's level. */
  logLevel: z.enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"]).default("info"),
  nats: z
    .strictObject({
      url: z.string().default("nats://127.0.0.1:4222"),
      /** File with this service's nkey seed; without it the connection is made with no credential. */
      seedFile: z.string().nullable().default(null),
    })
    .prefault({}),
  /** Port of the plain-HTTP server for /healthz, /readyz and /metrics; null starts none. */
  healthPort: z.int().min(0).max(65_535).nullable().default(null),
  /** The address that it listens on. Whoever reaches it may read it, so it is this machine's or a closed network's. */
  healthHost: z.string().default("127.0.0.1"),
};

/** For services that record events. */
export const signingFields = {
  /** PEM file (PKCS #8) with this service's Ed25519 key; the ledger knows its public half. */
  signingKeyFile: z.string().default("./.signalbox/keys/signing/service.pem"),
};

/** For services with a gRPC server. */
export const grpcServerFields = {
  grpc: z
    .strictObject({
      host: z.string().default("127.0.0.1"),
      /** 0 takes a free port. */
      port: z.int().min(0).max(65_535).default(0),
      /** The host that other services are told; the bound one unless it is given. */
      advertiseHost: z.string().nullable().default(null),
      /** Who may call: service name → `sha256:<hex>` of its token. */
      callers: z.record(z.string(), z.string().regex(/^sha256:[0-9a-f]{64}$/)).default({}),
    })
    .prefault({}),
};

/** For services that call others by gRPC. */
export const grpcClientFields = {
  /** File with this service's own token. */
  grpcTokenFile: z.string().nullable().default(null),
};

/** For services with Postgres. */
export const postgresFields = {
  postgres: z
    .strictObject({
      url: z.string().default("postgres://127.0.0.1:5432/signalbox"),
      poolMax: z.int().min(1).max(100).default(4),
    })
    .prefault({}),
};
