import { randomFillSync } from "node:crypto";

const POOL_BYTES = 4_096;
const RANDOM_BYTES = 10;
const pool = Buffer.alloc(POOL_BYTES);
let used = POOL_BYTES;

/** A fresh UUID in version 7 form (RFC 9562 §5.7): 48 bits of Unix milliseconds, 74 random bits. */
export function uuidv7(nowMs: number = Date.now()): string {
  // Random bytes are drawn in bulk, because one system call for each id is the larger part of its cost.
  if (used + RANDOM_BYTES > POOL_BYTES) {
    randomFillSync(pool);
    used = 0;
  }
  const time = nowMs.toString(16).padStart(12, "0");
  pool[used] = (pool[used]! & 0x0f) | 0x70;
  pool[used + 2] = (pool[used + 2]! & 0x3f) | 0x80;
  const rest = pool.toString("hex", used, used + RANDOM_BYTES);
  used += RANDOM_BYTES;
  return `${time.slice(0, 8)}-${time.slice(8)}-${rest.slice(0, 4)}-${rest.slice(4, 8)}-${rest.slice(8)}`;
}
