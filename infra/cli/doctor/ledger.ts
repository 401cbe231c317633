import { join } from "node:path";
import type { RuntimeFile } from "../connection.ts";
import { fail, ok, type Check } from "./check.ts";

/** Whether the ledger shows what it has signed. */
export function ledgerCheck(home: string, runtime: RuntimeFile): Check[] {
  const address = runtime.grpc?.ledger;
  if (address === undefined) return [];
  return [
    {
      name: "ledger",
      look: async () => {
        const { ledgerSource } = await import("../verify/ledger-source.ts");
        const tokenFile = join(home, "keys", "grpc", "operator.token");
        try {
          using source = ledgerSource(address, tokenFile, new AbortController().signal);
          return ok(`${(await source.head()).size} leaves under its newest checkpoint`);
        } catch (error) {
          const [what = ""] = (error as Error).message.split("\n");
          return fail(what, "Read <home>/logs/audit-ledger.log; before the first request there is no checkpoint yet.");
        }
      },
    },
  ];
}
