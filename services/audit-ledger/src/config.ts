import { grpcServerFields, postgresFields, serviceFields, signingFields } from "@signalbox/kit";
import { z } from "zod";

export const Config = z.strictObject({
  ...serviceFields,
  /** The key that signs what the ledger itself records: decisions that it closes and requests that were abandoned. */
  ...signingFields,
  ...grpcServerFields,
  ...postgresFields,
  /**
   * How long a producer's sequence number may be missing before the log says so. Producers try for 5 s, and the queue
   * gives what a killed ledger held again after 5 s.
   */
  gapAfterMs: z.int().min(10_000).max(3_600_000).default(60_000),
  /** Recorded decisions that are replayed all the time, drawn from the whole log. */
  replaySample: z
    .strictObject({
      everyMs: z.int().min(100).max(3_600_000).default(10_000),
      /** At a time; 0 replays none. */
      decisions: z.int().min(0).max(1_000).default(4),
    })
    .prefault({}),
  /** The register as static files for auditors (C2SP tlog-tiles), over plain HTTP. */
  files: z
    .strictObject({
      host: z.string().default("127.0.0.1"),
      /** 0 takes a free port; null serves none. */
      port: z.int().min(0).max(65_535).nullable().default(null),
    })
    .prefault({}),
  /** Whose cosignatures are collected. */
  witness: z
    .strictObject({
      /** A C2SP tlog-policy file with the witnesses' URLs and the quorum; null asks no witness. */
      policyFile: z.string().nullable().default(null),
      /** For one question to one witness. */
      timeoutMs: z.int().min(100).max(60_000).default(5_000),
      /** After so long a checkpoint is published without its quorum; null: never. */
      unwitnessedAfterMs: z.int().min(0).nullable().default(60_000),
    })
    .prefault({}),
  checkpoint: z
    .strictObject({
      /** The log's name, on every checkpoint and in its verifier key. It can never change for one database. */
      origin: z
        .string()
        .regex(/^[^\s+]{1,255}$/)
        .default("signalbox.local/register"),
      /**
       * PEM file (PKCS #8) with the Ed25519 key that signs checkpoints; no other thing is signed with it. While one key
       * takes another's place it holds both, the outgoing one first. It is read again when it changes.
       */
      keyFile: z.string().default("./.signalbox/keys/signing/log.pem"),
      /** Remembers, outside of Postgres, what was signed last: a database that was put back is noticed by it. */
      stateFile: z.string().default("./.signalbox/ledger/signed-head.json"),
    })
    .prefault({}),
});
export type Config = z.infer<typeof Config>;
