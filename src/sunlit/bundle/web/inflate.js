// Inflation with a bound: a few kilobytes can unpack to gigabytes.
import { concat, Failed } from "./base.js";

/** Inflate `bytes` ("deflate-raw" or "deflate"); stop beyond `limit` bytes. */
export async function inflate(bytes, format, limit, what) {
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream(format)).getReader();
  const parts = [];
  let size = 0;
  for (;;) {
    let step;
    try {
      step = await reader.read();
    } catch {
      throw new Failed(`${what} cannot be unpacked.`);
    }
    if (step.done) return concat(...parts);
    size += step.value.length;
    if (size > limit) {
      await reader.cancel();
      throw new Failed(`${what} unpacks to more than it may.`);
    }
    parts.push(step.value);
  }
}
