// What every other module stands on: the two ways a check can end badly, bytes, times.

/** A check that does not hold. Its message is one plain sentence for people. */
export class Failed extends Error {
  constructor(words, code = null) {
    super(words);
    this.code = code; // as the command line calls it, where something hangs on it
  }
}

/** A check that this page could not do. */
export class NotDone extends Error {}

/** Raise Failed unless `holds`. */
export function expect(holds, words) {
  if (!holds) throw new Failed(words);
}

const DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const ENCODER = new TextEncoder();

export const utf8 = (text) => ENCODER.encode(text);

/** Return the text of UTF-8 bytes; anything else is refused. */
export function text(bytes, what) {
  try {
    return DECODER.decode(bytes);
  } catch {
    throw new Failed(`${what} is not UTF-8 text.`);
  }
}

export function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function equal(left, right) {
  return left.length === right.length && left.every((byte, at) => byte === right[at]);
}

export function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export const isHex = (value, digits) =>
  typeof value === "string" && value.length === digits && /^[0-9a-f]*$/.test(value);

export function unhex(value, digits, what) {
  expect(isHex(value, digits), `${what} is not ${digits} lower-case hex digits.`);
  return Uint8Array.from({ length: digits / 2 }, (_, at) =>
    Number.parseInt(value.slice(2 * at, 2 * at + 2), 16));
}

function toBase64(bytes) {
  let raw = "";
  for (let at = 0; at < bytes.length; at += 32768) {
    raw += String.fromCharCode(...bytes.subarray(at, at + 32768));
  }
  return btoa(raw);
}

/** Read standard base64 in its only canonical writing. */
export function base64(value, what) {
  let raw = null;
  try {
    raw = typeof value === "string" ? atob(value) : null;
  } catch {
    raw = null;
  }
  const bytes = raw === null ? null : Uint8Array.from(raw, (one) => one.charCodeAt(0));
  expect(bytes !== null && toBase64(bytes) === value, `${what} is not base64.`);
  return bytes;
}

/** Read either alphabet, never mixed, with or without its padding (as DSSE asks). */
export function anyBase64(value, what) {
  expect(typeof value === "string", `${what} is not base64.`);
  expect(/^([A-Za-z0-9+/]*|[A-Za-z0-9_-]*)={0,2}$/.test(value), `${what} is not base64.`);
  const bare = value.replace(/=+$/, "");
  const padded = bare + "=".repeat((4 - (bare.length % 4)) % 4);
  expect(value === bare || value === padded, `${what} is not base64.`);
  return base64(padded.replaceAll("-", "+").replaceAll("_", "/"), what);
}

/** Read base64url without padding (RFC 7515, section 2), in its only writing. */
export function base64url(value, what) {
  expect(typeof value === "string" && /^[A-Za-z0-9_-]*$/.test(value), `${what} is not base64url.`);
  return anyBase64(value, what);
}

export const toBase64url = (bytes) =>
  toBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

/** Read `YYYY-MM-DDTHH:MM:SSZ` as seconds since 1970. */
export function seconds(value, what) {
  const form = /^(?!0000)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
  const at = typeof value === "string" && form.test(value) ? Date.parse(value) : Number.NaN;
  expect(!Number.isNaN(at) && iso(at / 1000) === value, `${what} is no time.`);
  return at / 1000;
}

export const iso = (at) => new Date(at * 1000).toISOString().replace(/\.\d{3}Z$/, "Z");

/** Return a whole number within what this page can count to, or refuse. */
export function whole(value, what, least = 0) {
  expect(Number.isSafeInteger(value) && value >= least, `${what} is no whole number.`);
  return value;
}

/** Read a decimal without sign or leading zeroes. */
export function decimal(value, what) {
  expect(/^(0|[1-9][0-9]{0,18})$/.test(value), `${what} is no decimal number.`);
  const found = Number(value);
  if (!Number.isSafeInteger(found)) throw new NotDone(`${what} is too large for this page.`);
  return found;
}
