import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { STAGES } from "@signalbox/proto";
import type { StageName } from "@signalbox/proto";
import { createUser, fromSeed } from "nkeys.js";
import { readOrMakeSecret } from "../home/secret-file.ts";

export const OPERATOR = "operator";

/** One NATS user a service, known by its nkey, and the operator's password. Seeds lie in files of mode 0600. */
export type NatsKeys = {
  readonly operatorPassword: string;
  readonly publicKeys: Readonly<Record<StageName, string>>;
  /** The seed's text (`SU…`), as a client needs it. */
  readonly seeds: Readonly<Record<StageName, string>>;
  /** The files that hold the seeds. */
  readonly seedFiles: Readonly<Record<StageName, string>>;
};

/** Reads the keys below `dir`; makes those that are not there. */
export function natsKeys(dir: string): NatsKeys {
  const operatorPassword = readOrMakeSecret(join(dir, "operator.password"), () =>
    randomBytes(24).toString("base64url"),
  );
  const seedFiles = byStage((stage) => join(dir, `${stage}.nk`));
  const seeds = byStage((stage) => readOrMakeSecret(seedFiles[stage], newSeed));
  const publicKeys = byStage((stage) => fromSeed(Buffer.from(seeds[stage])).getPublicKey());
  return { operatorPassword, publicKeys, seeds, seedFiles };
}

function newSeed(): string {
  return Buffer.from(createUser().getSeed()).toString("ascii");
}

function byStage(value: (stage: StageName) => string): Record<StageName, string> {
  return Object.fromEntries(STAGES.map((stage) => [stage, value(stage)])) as Record<StageName, string>;
}
