import type { Detector } from "../finding.ts";
import { findAssignedSecrets } from "./find-assigned-secrets.ts";
import { findKeys } from "./find-keys.ts";
import { findMarkedKeys } from "./find-marked-keys.ts";
import { findPrivateKeys } from "./find-private-keys.ts";
import { findTokens } from "./find-tokens.ts";
import { findUrlPasswords } from "./find-url-passwords.ts";

/** The surest first: a published form, then what its place makes likely. */
export const SECRET_DETECTORS: readonly Detector[] = [
  findPrivateKeys,
  findKeys,
  findTokens,
  findMarkedKeys,
  findUrlPasswords,
  findAssignedSecrets,
];
