import { generateKeyPairSync } from "node:crypto";
import { join } from "node:path";
import { startWitness } from "@signalbox/infra/cli/witness/start-witness.ts";
import { WitnessState } from "@signalbox/infra/cli/witness/witness-state.ts";
import { Witness } from "@signalbox/infra/cli/witness/witness.ts";
import { formatAddCheckpoint, formatVkey, parseVkey, type AddCheckpoint } from "@signalbox/tlog";
import type { LedgerProcess } from "./ledger-process.ts";

/** A witness with a key of its own, in the hands of the test. */
export type TestWitness = AsyncDisposable & {
  readonly url: string;
  readonly vkey: string;
  ask(request: AddCheckpoint): Promise<{ status: number; body: string }>;
  /** Has it cosign what the ledger shows first; throws when it does not. */
  cosigns(ledger: LedgerProcess, oldSize: number): Promise<void>;
};

type TestWitnessOptions = {
  /** Added to its clock. */
  readonly aheadSeconds?: number;
};

export async function startTestWitness(
  name: string,
  vkeys: readonly string[],
  { folder, aheadSeconds = 0 }: TestWitnessOptions & { readonly folder: string },
): Promise<TestWitness> {
  const { privateKey } = generateKeyPairSync("ed25519");
  const state = await WitnessState.open(join(folder, `witness-${name}`));
  const vkey = formatVkey(name, privateKey, "cosignature");
  const witness = new Witness({
    cosigner: { name, privateKey },
    logs: vkeys.flatMap((text) => {
      const parsed = parseVkey(text);
      return parsed.ok ? [parsed.verifier] : [];
    }),
    state,
    now: () => Math.floor(Date.now() / 1_000) + aheadSeconds,
  });
  const server = await startWitness({ host: "127.0.0.1", port: 0, vkey, witness, onError: () => {} });
  const url = `http://127.0.0.1:${server.port}`;
  async function ask(request: AddCheckpoint): Promise<{ status: number; body: string }> {
    const response = await fetch(`${url}/add-checkpoint`, { method: "POST", body: formatAddCheckpoint(request) });
    return { status: response.status, body: await response.text() };
  }
  return {
    url,
    vkey,
    ask,
    async cosigns(ledger, oldSize) {
      const checkpoint = await (await fetch(`${ledger.url}/checkpoint`)).text();
      const { status } = await ask({ oldSize, proof: [], checkpoint });
      if (status !== 200) throw new Error(`the witness answers ${status}`);
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      state[Symbol.dispose]();
    },
  };
}
