import { type WireName, WIRES } from "@signalbox/proto";
import { startLine, type TestLine } from "../../kit/start-line.ts";
import { startUpstream, type Upstream } from "../../kit/upstream.ts";
import { WIRE_FAKES } from "./wires/wires.ts";

export type MatrixLine = AsyncDisposable & { readonly upstream: Upstream; readonly line: TestLine };

/** What every model of the matrix can take and do. */
const ABLE = {
  price: { inputUsdPerMillion: 1, outputUsdPerMillion: 2 },
  context: 1_000_000,
  capabilities: ["tools", "parallel-tools", "json-object", "json-schema", "reasoning"],
  inputs: ["text", "image"],
};
const SOUND = "sound";

/** A model of the provider that speaks a wire, as callers name it. */
export function modelAt(wire: WireName, model: string = SOUND): string {
  return `at-${wire}/${model}`;
}

/** A whole line before one provider of each wire with these models, all of them played by one upstream. */
export async function startMatrixLine(models: readonly string[] = [SOUND]): Promise<MatrixLine> {
  const upstream = await startUpstream();
  const providers = Object.fromEntries(
    WIRES.map((wire) => [
      `at-${wire}`,
      {
        dialect: wire,
        baseUrl: `http://127.0.0.1:${upstream.port}/${wire}`,
        apiKey: `key-of-${wire}`,
        // A family of its own has no other host to fall back to, and what fails on purpose is known to be ill from then on.
        models: models.map((id) => ({ id, family: `${wire} ${id}`, ...ABLE })),
        ...WIRE_FAKES[wire].config,
      },
    ]),
  );
  const line = await startLine({ config: { providers } });
  return {
    upstream,
    line,
    async [Symbol.asyncDispose]() {
      await line[Symbol.asyncDispose]();
      await upstream[Symbol.asyncDispose]();
    },
  };
}
