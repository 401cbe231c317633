import { readFileSync } from "node:fs";
import { hashKey, readPepper } from "@signalbox/ingress/keys";
import type { Client } from "pg";
import { z } from "zod";
import { writeSecretFile } from "../home/secret-file.ts";

const Credentials = z.looseObject({ apiKey: z.string(), adminKey: z.string() });

/** The two keys of the first start: one to send requests with, one to manage keys with. */
export type FirstKeys = { readonly apiKey: string; readonly adminKey: string };

type FirstKeysOptions = {
  readonly credentialsFile: string;
  readonly ownerUrl: string;
  readonly pepperFile: string;
  readonly baseUrl: string;
};

/**
 * The keys that the credentials file holds; made, with the default tenant, when it holds none that this database knows.
 * The file is the only place where they can be read again.
 */
export async function firstKeys(client: Client, options: FirstKeysOptions): Promise<FirstKeys> {
  const { credentialsFile, ownerUrl, pepperFile, baseUrl } = options;
  const pepper = readPepper(pepperFile);
  const keys = (await knownKeys(client, credentialsFile, pepper)) ?? (await makeKeys(ownerUrl, pepper));
  writeSecretFile(credentialsFile, `${JSON.stringify({ ...keys, baseUrl }, null, 2)}\n`);
  return keys;
}

async function knownKeys(client: Client, file: string, pepper: Buffer): Promise<FirstKeys | null> {
  const kept = readCredentials(file);
  if (kept === null) return null;
  const hashes = [hashKey(kept.apiKey, pepper), hashKey(kept.adminKey, pepper)];
  const { rows } = await client.query("select id from virtual_key where hash = any($1)", [hashes]);
  return rows.length === hashes.length ? kept : null;
}

/** Loaded at the first start alone: later ones have no use for it and would wait for its code. */
async function makeKeys(ownerUrl: string, pepper: Buffer): Promise<FirstKeys> {
  const { makeFirstKeys } = await import("./make-first-keys.ts");
  return makeFirstKeys(ownerUrl, pepper);
}

function readCredentials(file: string): FirstKeys | null {
  try {
    const { apiKey, adminKey } = Credentials.parse(JSON.parse(readFileSync(file, "utf8")));
    return { apiKey, adminKey };
  } catch {
    return null;
  }
}
