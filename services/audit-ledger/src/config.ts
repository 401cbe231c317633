import { grpcServerFields, postgresFields, serviceFields, signingFields } from "@signalbox/kit";
import { z } from "zod";

export const Config = z.strictObject({
  ...serviceFields,
  /** The key that signs what the ledger itself records: decisions that it closes and requests that were abandoned. */
  ...signingFields,
  ...grpcServerFields,
  ...postgresFields,
  /** The register as static files for auditors (C2SP tlog-tiles), over plain HTTP. */
  files: z
    .strictObject({
      host: z.string().default("127.0.0.1"),
      /** 0 takes a free port; null serves none. */
      port: z.int().min(0).max(65_535).nullable().default(null),
    })
    .prefault({}),
  checkpoint: z
    .strictObject({
      /** The log's name, on every checkpoint and in its verifier key. It can never change for one database. */
      origin: z
        .string()
        .regex(/^[^\s+]{1,255}$/)
        .default("signalbox.local/register"),
      /** PEM file (PKCS #8) with the Ed25519 key that signs checkpoints; no other thing is signed with it. */
      keyFile: z.string().default("./.signalbox/keys/signing/log.pem"),
      /** Remembers, outside of Postgres, what was signed last: a database that was put back is noticed by it. */
      stateFile: z.string().default("./.signalbox/ledger/signed-head.json"),
    })
    .prefault({}),
});
export type Config = z.infer<typeof Config>;
