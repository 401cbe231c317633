import { existsSync } from "node:fs";
import { createHash, createPrivateKey, randomBytes } from "node:crypto";
import { join } from "node:path";
import { FLOW } from "@signalbox/proto";
import type { StageName } from "@signalbox/proto";
import { producerKeyId, rawPublicKey } from "@signalbox/tlog";
import { natsKeys } from "../nats/nats-keys.ts";
import type { NatsKeys } from "../nats/nats-keys.ts";
import { ROLES } from "../postgres/roles.ts";
import type { RoleName, RolePasswords } from "../postgres/roles.ts";
import type { Home } from "./home.ts";
import { newSigningKey } from "./new-signing-key.ts";
import { readOrMakeSecret } from "./secret-file.ts";

/** Who calls by gRPC: services, and the operator. */
const GRPC_CALLERS = ["ingress", "dispatcher", "operator"] as const;
type GrpcCaller = (typeof GRPC_CALLERS)[number];

export type Producer = { readonly service: StageName; readonly keyId: string; readonly publicKey: Buffer };

/** Every secret of an installation, each in its own file of mode 0600; made at the first start, the same ever after. */
export type LineKeys = {
  readonly nats: NatsKeys;
  readonly postgres: RolePasswords;
  /** PEM files of the services that sign events. */
  readonly signingFiles: Readonly<Record<string, string>>;
  /** What the ledger has to know of those who sign. */
  readonly producers: readonly Producer[];
  /** PEM file of the key that signs checkpoints and nothing else. */
  readonly logKeyFile: string;
  readonly pepperFile: string;
  readonly grpcTokenFiles: Readonly<Record<GrpcCaller, string>>;
  /** Caller → `sha256:<hex>` of its token, as servers know it. */
  readonly grpcDigests: Readonly<Record<GrpcCaller, string>>;
};

const SECRET_BYTES = 32;

/** The services whose signature stands on events. */
const PRODUCERS = FLOW.filter((step) => step.records.length > 0).map((step) => step.stage);

/** Reads the keys below `home.keys`; makes those that are not there. */
export function lineKeys(home: Home): LineKeys {
  const passwords = Object.keys(ROLES).map((role) => [
    role,
    readOrMakeSecret(join(home.keys, "postgres", `${role}.password`), randomSecret),
  ]);
  const signingFiles = Object.fromEntries(
    PRODUCERS.map((service) => [service, join(home.keys, "signing", `${service}.pem`)]),
  );
  const logKeyFile = join(home.keys, "signing", "log.pem");
  readOrMakeFirst(home, logKeyFile, newSigningKey);
  const pepperFile = join(home.keys, "pepper");
  readOrMakeFirst(home, pepperFile, randomSecret);
  const tokens = GRPC_CALLERS.map((caller) => {
    const file = join(home.keys, "grpc", `${caller}.token`);
    return { caller, file, digest: tokenDigest(readOrMakeSecret(file, randomSecret)) };
  });
  return {
    nats: natsKeys(join(home.keys, "nats")),
    postgres: Object.fromEntries(passwords) as Record<RoleName, string>,
    signingFiles,
    producers: PRODUCERS.map((service) => producer(service, signingFiles[service] ?? "")),
    logKeyFile,
    pepperFile,
    grpcTokenFiles: Object.fromEntries(tokens.map(({ caller, file }) => [caller, file])) as Record<GrpcCaller, string>,
    grpcDigests: Object.fromEntries(tokens.map(({ caller, digest }) => [caller, digest])) as Record<GrpcCaller, string>,
  };
}

/**
 * What cannot be made twice: under another pepper no key is known and nothing sealed opens, and under another key the log is another one.
 * Throws where the first start is over, which leaves the credentials behind.
 */
function readOrMakeFirst(home: Home, file: string, make: () => string): void {
  if (!existsSync(file) && existsSync(home.credentialsFile)) {
    throw new Error(`${file} is missing, and no new one can take its place: put it back from a backup of ${home.dir}.`);
  }
  readOrMakeSecret(file, make);
}

function producer(service: StageName, file: string): Producer {
  const key = createPrivateKey(readOrMakeSecret(file, newSigningKey));
  return { service, keyId: producerKeyId(key), publicKey: rawPublicKey(key) };
}

function tokenDigest(token: string): string {
  return `sha256:${createHash("sha256").update(token).digest("hex")}`;
}

function randomSecret(): string {
  return randomBytes(SECRET_BYTES).toString("base64url");
}
