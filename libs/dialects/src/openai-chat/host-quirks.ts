import { NO_QUIRKS, type RequestQuirks } from "../request-quirks.ts";
import { HOSTS } from "./hosts/hosts.ts";

/** What a host takes of the dialect: by its name in the network, else by what the provider is called here. */
export function quirksOfHost(hostname: string, provider?: string): RequestQuirks {
  const byHost = HOSTS.find(({ hosts }) => hosts.some((end) => hostname === end || hostname.endsWith(`.${end}`)));
  const found = byHost ?? HOSTS.find(({ names }) => provider !== undefined && names.includes(provider));
  return { ...NO_QUIRKS, ...found?.quirks };
}
