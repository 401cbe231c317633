import { quirksOfHost, type RequestQuirks } from "@signalbox/dialects";

/** What the host at this URL takes of the dialect; `provider` is what it is called here, which tells where its address does not. */
export function quirksOf(baseUrl: string, provider: string): RequestQuirks {
  return quirksOfHost(new URL(baseUrl).hostname, provider);
}
