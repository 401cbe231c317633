import { connect } from "node:net";

type Greeting = {
  /** This machine unless it is given. */
  readonly host?: string;
  readonly port: number;
  /** What it answers to; a server that speaks first needs none. */
  readonly say?: Buffer;
  readonly timeoutMs: number;
};

/** Whether a server says anything to who connects: the kernel takes connections for one that stands still. */
export function serverGreets({ host, port, say, timeoutMs }: Greeting): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: host ?? "127.0.0.1" });
    const settle = (greeted: boolean): void => {
      clearTimeout(late);
      socket.destroy();
      resolve(greeted);
    };
    const late = setTimeout(() => settle(false), timeoutMs);
    if (say !== undefined) socket.write(say);
    socket.once("data", () => settle(true)).once("error", () => settle(false));
    socket.once("end", () => settle(false));
  });
}
