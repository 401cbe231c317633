import { quirksOfHost, type RequestQuirks } from "@signalbox/dialects";
import type { ProviderConfig } from "./config.ts";

/** What the host at this URL takes of the dialect; `provider` is what it is called here, which tells where its address does not. */
export function quirksOf(baseUrl: string, provider: string): RequestQuirks {
  return quirksOfHost(new URL(baseUrl).hostname, provider);
}

/** The same with what the config says, which holds for all of the host's models. */
export function overruled(known: RequestQuirks, said: ProviderConfig["quirks"]): RequestQuirks {
  // A field that is not there overrules nothing.
  const own: Partial<RequestQuirks> = Object.fromEntries(
    Object.entries(said).filter(([, value]) => value !== undefined),
  );
  const rows = known.byModel?.map(({ models, quirks }) => ({ models, quirks: { ...quirks, ...own } }));
  return { ...known, ...own, ...(rows === undefined ? {} : { byModel: rows }) };
}
