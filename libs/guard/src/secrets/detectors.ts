import type { Detector } from "../finding.ts";
import { findAssignedSecrets } from "./find-assigned-secrets.ts";
import { findKeys } from "./find-keys.ts";
import { findMarkedKeys } from "./find-marked-keys.ts";
import { findPrivateKeys } from "./find-private-keys.ts";
import { findTokens } from "./find-tokens.ts";
import { findUrlPasswords } from "./find-url-passwords.ts";

/** The surest first: those of published formats, then those that judge by the place of a value. */
export const SECRET_DETECTORS: readonly Detector[] = [
  findPrivateKeys,
  findKeys,
  findTokens,
  findMarkedKeys,
  findUrlPasswords,
  findAssignedSecrets,
];
