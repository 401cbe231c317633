import { loadCatalogue } from "../../catalogue/load-catalogue.ts";
import type { Terminal } from "../terminal.ts";
import { ok, warn, type Check } from "./check.ts";

/** Which providers' keys stand in the environment: the names of the variables, never a value. */
export function providerKeysCheck(env: Terminal["env"]): Check {
  return {
    name: "provider keys",
    look: () => {
      const found = [...loadCatalogue().providers.values()].flatMap(({ provider, apiKeyEnv }) => {
        const name = apiKeyEnv.find((variable) => (env[variable] ?? "") !== "");
        return name === undefined ? [] : [`${provider} (${name})`];
      });
      return Promise.resolve(
        found.length > 0
          ? ok(found.join(", "))
          : warn(
              "none in this environment: a line without a config file answers with its simulator",
              "Export a provider's key, e.g. OPENAI_API_KEY, before `npm start`, or name providers in a config file.",
            ),
      );
    },
  };
}
