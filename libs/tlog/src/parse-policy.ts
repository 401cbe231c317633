import { parseVkey, type NoteKeyType } from "./note-key.ts";
import type { Policy, PolicyGroup, PolicyKey } from "./policy.ts";

/** Far above what the format asks for (32 logs, witnesses and groups each). */
const POLICY_MAX_BYTES = 256 * 1024;
const NAMES_MAX = 1_024;

/** The types of keys that sign checkpoints, and those that cosign them. */
const KEY_TYPES: Readonly<Record<"log" | "witness", readonly NoteKeyType[]>> = {
  log: ["ed25519", "ecdsa", "ml-dsa-44"],
  witness: ["cosignature", "ml-dsa-44"],
};

/** Which line is wrong, counted from 1, and how. */
type ParsedPolicy =
  | { readonly ok: true; readonly policy: Policy }
  | { readonly ok: false; readonly line: number; readonly reason: string };

/** Tab and newline are the only control characters. */
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f]/;

/**
 * Reads a policy file (C2SP tlog-policy). Names are compared as they stand. Keys of logs are Ed25519 or ECDSA, those of
 * witnesses Ed25519 for cosignatures, and either may be ML-DSA-44 where Node.js knows it.
 */
export function parsePolicy(text: string): ParsedPolicy {
  if (text.length > POLICY_MAX_BYTES) return { ok: false, line: 1, reason: "the policy is too long" };
  const reader = new PolicyReader();
  const lines = text.split("\n");
  for (const [at, line] of lines.entries()) {
    const reason = CONTROL.test(line) ? "a control character" : reader.read(words(line));
    if (reason !== null) return { ok: false, line: at + 1, reason };
  }
  const policy = reader.finish();
  return policy === null ? { ok: false, line: lines.length, reason: "there is no quorum line" } : { ok: true, policy };
}

function words(line: string): string[] {
  const found = line.split(/[ \t]+/).filter((word) => word !== "");
  return found[0]?.startsWith("#") === true ? [] : found;
}

/** A fault is a sentence; null is none. */
type Fault = string | null;

class PolicyReader {
  readonly #logs: PolicyKey[] = [];
  readonly #witnesses = new Map<string, PolicyKey>();
  readonly #groups = new Map<string, PolicyGroup>();
  /** A name may stand in one group only, so that a witness counts once. */
  readonly #members = new Set<string>();
  readonly #publicKeys = new Set<string>();
  #quorum: string | null | undefined;

  read([keyword, ...rest]: readonly string[]): Fault {
    switch (keyword) {
      case undefined:
        return null;
      case "log":
        return this.#readLog(rest);
      case "witness":
        return this.#readWitness(rest);
      case "group":
        return this.#readGroup(rest);
      case "quorum":
        return this.#readQuorum(rest);
      default:
        return "a line begins with log, witness, group or quorum";
    }
  }

  finish(): Policy | null {
    if (this.#quorum === undefined) return null;
    return { logs: this.#logs, witnesses: this.#witnesses, groups: this.#groups, quorum: this.#quorum };
  }

  #readLog([vkey, url, ...rest]: readonly string[]): Fault {
    if (vkey === undefined || rest.length > 0) return "a log line is: log <vkey> [<url>]";
    const key = this.#readKey({ vkey, url, owner: "log" });
    if (typeof key === "string") return key;
    this.#logs.push(key);
    return null;
  }

  #readWitness([name, vkey, url, ...rest]: readonly string[]): Fault {
    if (name === undefined || vkey === undefined || rest.length > 0) {
      return "a witness line is: witness <name> <vkey> [<url>]";
    }
    if (!this.#isFree(name)) return `the name ${name} is taken`;
    const key = this.#readKey({ vkey, url, owner: "witness" });
    if (typeof key === "string") return key;
    this.#witnesses.set(name, key);
    return null;
  }

  #readGroup([name, count, ...members]: readonly string[]): Fault {
    if (name === undefined || count === undefined || members.length === 0) {
      return "a group line is: group <name> all|any|<k> <name>…";
    }
    if (!this.#isFree(name)) return `the name ${name} is taken`;
    const threshold = thresholdOf(count, members.length);
    if (threshold === null) return "a group's threshold is all, any or a number from 1 to the number of its members";
    for (const member of members) {
      if (!this.#isDefined(member)) return `${member} is not defined before this line`;
      if (this.#members.has(member)) return `${member} is a member already`;
      this.#members.add(member);
    }
    this.#groups.set(name, { threshold, members });
    return null;
  }

  #readQuorum([name, ...rest]: readonly string[]): Fault {
    if (name === undefined || rest.length > 0) return "a quorum line is: quorum <name>";
    if (this.#quorum !== undefined) return "there is a quorum line already";
    if (name !== "none" && !this.#isDefined(name)) return `${name} is not defined before this line`;
    this.#quorum = name === "none" ? null : name;
    return null;
  }

  #readKey(given: { vkey: string; url: string | undefined; owner: "log" | "witness" }): PolicyKey | string {
    const parsed = parseVkey(given.vkey);
    if (!parsed.ok) return `the vkey is ${parsed.reason}`;
    const { verifier } = parsed;
    if (!KEY_TYPES[given.owner].includes(verifier.type)) return `this type of key is not a ${given.owner}'s`;
    const raw = `${given.owner} ${verifier.publicKey.export({ format: "der", type: "spki" }).toString("hex")}`;
    if (this.#publicKeys.has(raw)) return `another ${given.owner} line has the same key`;
    this.#publicKeys.add(raw);
    return { vkey: given.vkey, verifier, url: given.url ?? null };
  }

  #isDefined(name: string): boolean {
    return this.#witnesses.has(name) || this.#groups.has(name);
  }

  #isFree(name: string): boolean {
    return name !== "none" && !this.#isDefined(name) && this.#witnesses.size + this.#groups.size < NAMES_MAX;
  }
}

function thresholdOf(count: string, members: number): number | null {
  if (count === "all") return members;
  if (count === "any") return 1;
  const threshold = /^[1-9][0-9]{0,5}$/.test(count) ? Number(count) : 0;
  return threshold >= 1 && threshold <= members ? threshold : null;
}
