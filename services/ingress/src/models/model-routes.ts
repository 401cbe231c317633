import { SignalboxError } from "@signalbox/proto";
import type { Route } from "../http/route.ts";
import type { ModelList } from "./model-list.ts";

/** /v1/models in OpenAI's form. Ids hold slashes, written plainly or as %2F. */
export function modelRoutes(list: ModelList): Route[] {
  return [
    {
      method: "GET",
      path: "/v1/models",
      access: "member",
      handle: async () => ({ object: "list", data: [...(await list.read()).values()] }),
    },
    {
      method: "GET",
      path: "/v1/models/*",
      access: "member",
      async handle({ request }) {
        const { "*": id } = request.params as { "*": string };
        const model = (await list.read()).get(id);
        if (model === undefined) {
          throw new SignalboxError("model-not-found", "The model does not exist, or is not offered here.", {
            details: { param: "model" },
          });
        }
        return model;
      },
    },
  ];
}
