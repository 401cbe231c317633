import { readFile } from "node:fs/promises";
import { SignalboxError } from "@signalbox/proto";
import { z } from "zod";

const HOSTS_MAX = 64;
const HOST_MAX_CHARS = 256;
const NAMED_MAX = 6;

/** By name of a model: the hosts that would serve it, each with what to set for it. */
const HostsDocument = z.record(z.string(), z.array(z.string().max(HOST_MAX_CHARS)).max(HOSTS_MAX));

/** Adds to a `model-not-found` the known hosts that would serve the model; returns every other error as it is. */
export type NameHosts = (error: SignalboxError, model: string) => SignalboxError;

/** Reads the hosts document. Throws when it cannot be read or used. */
export async function openKnownHosts(path: string | null): Promise<NameHosts> {
  if (path === null) return (error) => error;
  const hosts = new Map(Object.entries(HostsDocument.parse(JSON.parse(await readFile(path, "utf8")))));
  return (error, model) => {
    const named = error.code === "model-not-found" ? hosts.get(model) : undefined;
    if (named === undefined) return error;
    const rest = named.length > NAMED_MAX ? ` and ${named.length - NAMED_MAX} more` : "";
    const hint = `Hosts that would serve it: ${named.slice(0, NAMED_MAX).join("; ")}${rest}.`;
    return new SignalboxError(error.code, `${error.message} ${hint}`, { details: error.details, cause: error.cause });
  };
}
