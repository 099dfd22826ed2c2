// JSON, read strictly (no key twice, no half surrogate pair), and written as RFC 8785 asks.
import { expect, Failed, text, utf8 } from "./base.js";

const MAX_DEPTH = 64;
const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const STRING = /"(?:[^"\\\u0000-\u001f]+|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const WORD = /true|false|null/y;
const SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** A number with a fraction or an exponent: no whole number, whatever its value. */
export class Fraction {
  constructor(text) {
    this.text = text;
  }
}

class Reader {
  constructor(source, what) {
    this.source = source;
    this.what = what;
    this.at = 0;
  }

  refuse() {
    throw new Failed(`${this.what} is not JSON as it must be, near character ${this.at}.`);
  }

  take(pattern) {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.source);
    if (found === null) return null;
    this.at = pattern.lastIndex;
    return found[0];
  }

  sign(character) {
    this.take(SPACE);
    if (this.source[this.at] !== character) return false;
    this.at += 1;
    return true;
  }

  string() {
    this.take(SPACE);
    const raw = this.take(STRING);
    if (raw === null) this.refuse();
    const value = JSON.parse(raw);
    if (SURROGATE.test(value)) this.refuse();
    return value;
  }

  value(depth) {
    if (depth > MAX_DEPTH) this.refuse();
    this.take(SPACE);
    const first = this.source[this.at];
    if (first === '"') return this.string();
    if (first === "{") return this.object(depth);
    if (first === "[") return this.list(depth);
    const plain = this.take(WORD) ?? this.take(NUMBER);
    if (plain === null) this.refuse();
    return /[.eE]/.test(plain) && plain[0] <= "9" ? new Fraction(plain) : JSON.parse(plain);
  }

  object(depth) {
    const found = Object.create(null); // so that no name, not even __proto__, means anything
    this.at += 1;
    if (this.sign("}")) return found;
    do {
      const name = this.string();
      if (name in found || !this.sign(":")) this.refuse();
      found[name] = this.value(depth + 1);
    } while (this.sign(","));
    if (!this.sign("}")) this.refuse();
    return found;
  }

  list(depth) {
    const found = [];
    this.at += 1;
    if (this.sign("]")) return found;
    do found.push(this.value(depth + 1));
    while (this.sign(","));
    if (!this.sign("]")) this.refuse();
    return found;
  }
}

/** Read one JSON value from bytes. */
export function readJson(bytes, what) {
  const reader = new Reader(text(bytes, what), what);
  const found = reader.value(0);
  reader.take(SPACE);
  if (reader.at !== reader.source.length) reader.refuse();
  return found;
}

export const isObject = (value) =>
  typeof value === "object" && value !== null && !Array.isArray(value) &&
  !(value instanceof Fraction);

/** Read one JSON object from bytes. */
export function readObject(bytes, what) {
  const found = readJson(bytes, what);
  expect(isObject(found), `${what} is no JSON object.`);
  return found;
}

function written(value) {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "string") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(written).join(",")}]`;
  if (isObject(value)) {
    // RFC 8785, section 3.2.3: sorted by UTF-16 code units, which is how sort() compares.
    const rows = Object.keys(value).sort();
    return `{${rows.map((name) => `${JSON.stringify(name)}:${written(value[name])}`).join(",")}}`;
  }
  expect(Number.isSafeInteger(value), "Canonical JSON holds whole numbers only.");
  return String(value);
}

/** Return the canonical bytes of a value (RFC 8785, whole numbers only). */
export const canonical = (value) => utf8(written(value));

/** Return a list member, or refuse. */
export function list(value, what) {
  expect(Array.isArray(value), `${what} is no list.`);
  return value;
}

/** Return a text member, or refuse. */
export function string(value, what) {
  expect(typeof value === "string", `${what} is no text.`);
  return value;
}
