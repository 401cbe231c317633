import { endChild, forkFile, nextMessage } from "./child-process.ts";
import type { Listening } from "./serve-as-child.ts";
import type { Target, TargetName } from "./target.ts";

/** The mock upstream itself, in its own process. */
export function startMock(): Promise<Target> {
  return startPlain("direct", "mock-upstream.ts");
}

/** A bare pass-through proxy before the mock. */
export function startFloor(mock: Target): Promise<Target> {
  return startPlain("floor", "pass-through.ts", [mock.baseUrl]);
}

/** A server of this folder, in its own process. */
export async function startPlain(name: TargetName, file: string, args: string[] = []): Promise<Target> {
  const child = forkFile(file, args);
  const { port } = await nextMessage<Listening>(child, name);
  return {
    name,
    baseUrl: `http://127.0.0.1:${port}`,
    headers: {},
    pid: child.pid!,
    [Symbol.asyncDispose]: () => endChild(child),
  };
}
