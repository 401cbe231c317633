/** What the bench uses of autocannon, which ships no types. */
declare module "autocannon" {
  import type { EventEmitter } from "node:events";

  type Request = { method: string; path: string; headers: Record<string, string>; body: string };

  type Options = {
    url: string;
    connections: number;
    /** Seconds. */
    duration: number;
    sampleInt: number;
    /** Seconds. */
    timeout: number;
    requests: (Partial<Request> & { setupRequest?: (request: Request) => Request })[];
    verifyBody: (body: string) => boolean;
  };

  type Result = { errors: number; timeouts: number; mismatches: number; non2xx: number };

  export default function autocannon(
    options: Options,
    done: (error: Error | null, result: Result) => void,
  ): EventEmitter & { stop(): void };
}
