import type { SignalboxConfig } from "../config/signalbox-config.ts";
import type { Home } from "../home/home.ts";
import type { LineKeys } from "../home/line-keys.ts";
import { withClient } from "../postgres/with-client.ts";
import { firstKeys } from "./first-keys.ts";
import type { FirstKeys } from "./first-keys.ts";
import { keepClassifierDocument } from "./keep-classifier-document.ts";
import { registerLogKey, registerProducers } from "./register-producers.ts";

type PrepareDatabaseOptions = {
  readonly home: Home;
  readonly keys: LineKeys;
  readonly ownerUrl: string;
  readonly baseUrl: string;
  readonly config: Pick<SignalboxConfig, "register">;
};

/** Fills a migrated database with what services need: signing keys, the classifier document, and the first API keys. Safe to repeat. */
export function prepareDatabase({ home, keys, ownerUrl, baseUrl, config }: PrepareDatabaseOptions): Promise<FirstKeys> {
  return withClient(ownerUrl, async (client) => {
    await registerProducers(client, keys.producers);
    await registerLogKey(client, { keyFile: keys.logKeyFile, origin: config.register.origin });
    await keepClassifierDocument(client);
    return firstKeys(client, { credentialsFile: home.credentialsFile, ownerUrl, pepperFile: keys.pepperFile, baseUrl });
  });
}
