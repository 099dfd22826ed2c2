// A zip, read with bounds: stored or deflated, no encryption, no links, no comment.
import { expect, NotDone, text, utf8 } from "./base.js";
import { inflate } from "./inflate.js";

export const MAX_FILES = 4096;
export const MAX_UNPACKED = 1024 * 1024 * 1024;
const RATIO_FROM = 1024 * 1024;
const MAX_RATIO = 200; // of unpacked to packed, for files over 1 MiB
const NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}(\/[A-Za-z0-9_-][A-Za-z0-9._-]{0,99})*$/;
const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;

const CRC = Uint32Array.from({ length: 256 }, (_, start) => {
  let value = start;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function crc32(bytes) {
  let value = 0xffffffff;
  for (let at = 0; at < bytes.length; at += 1) {
    value = CRC[(value ^ bytes[at]) & 0xff] ^ (value >>> 8);
  }
  return (value ^ 0xffffffff) >>> 0;
}

function findEnd(view) {
  const at = view.byteLength - 22;
  const there = at >= 0 && view.getUint32(at, true) === END && view.getUint16(at + 20, true) === 0;
  expect(there, "This is no zip, or it was cut short, or something was put behind it.");
  return at;
}

function centralRow(view, bytes, at, end) {
  expect(at + 46 <= end && view.getUint32(at, true) === CENTRAL, "The zip's list is broken.");
  const u16 = (offset) => view.getUint16(at + offset, true);
  const u32 = (offset) => view.getUint32(at + offset, true);
  const next = at + 46 + u16(28) + u16(30) + u16(32);
  expect(next <= end, "The zip's list is broken.");
  return {
    name: text(bytes.subarray(at + 46, at + 46 + u16(28)), "A name in the zip"),
    flags: u16(8), method: u16(10), crc: u32(16), packed: u32(20), size: u32(24),
    mode: u32(38) >>> 16, local: u32(42), next,
  };
}

function checkRow(row) {
  expect(NAME.test(row.name), "The zip holds a file with a name that no bundle's file has.");
  expect((row.flags & 0x2041) === 0, "A file in the zip is encrypted.");
  expect(row.method === 0 || row.method === 8, "A file in the zip is packed in an unusual way.");
  const kind = row.mode & 0o170000;
  expect(kind === 0 || kind === 0o100000, "The zip holds a link, or something else than files.");
  const bomb = row.size > RATIO_FROM && row.size > MAX_RATIO * Math.max(1, row.packed);
  expect(!bomb, "A file in the zip unpacks to too much.");
}

function checkTogether(rows) {
  const total = rows.reduce((sum, row) => sum + row.size, 0);
  expect(total <= MAX_UNPACKED, "The zip unpacks to more than 1 GiB.");
  const names = new Set(rows.map((row) => row.name.toLowerCase()));
  expect(names.size === rows.length, "The zip holds two files of one name.");
  let end = 0;
  for (const row of [...rows].sort((left, right) => left.local - right.local)) {
    expect(end > 0 || row.local === 0, "Something stands before the zip's first file.");
    expect(row.local >= end, "Two files of the zip share bytes.");
    end = row.local + 30 + utf8(row.name).length + row.packed;
  }
}

async function unpack(view, bytes, row) {
  const what = `The file ${row.name}`;
  const at = row.local;
  const there = at + 30 <= bytes.length && view.getUint32(at, true) === LOCAL;
  expect(there, `${what} is broken in the zip.`);
  const nameEnd = at + 30 + view.getUint16(at + 26, true);
  const start = nameEnd + view.getUint16(at + 28, true);
  expect(start + row.packed <= bytes.length, `${what} is broken in the zip.`);
  const name = text(bytes.subarray(at + 30, nameEnd), "A name in the zip");
  expect(name === row.name, "The zip calls one file by two names.");
  const packed = bytes.subarray(start, start + row.packed);
  const found = row.method === 0 ? packed : await inflate(packed, "deflate-raw", row.size, what);
  expect(found.length === row.size && crc32(found) === row.crc, `${what} is broken in the zip.`);
  return found;
}

/** The files of a zip by name, each unpacked within bounds when it is asked for. */
export class Archive {
  constructor(bytes) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const end = findEnd(this.view);
    const count = this.view.getUint16(end + 10, true);
    expect(count <= MAX_FILES, `The zip holds more than ${MAX_FILES} files.`);
    const rows = [];
    let at = this.view.getUint32(end + 16, true);
    for (let number = 0; number < count; number += 1) {
      rows.push(centralRow(this.view, bytes, at, end));
      at = rows[number].next;
    }
    expect(at === end && this.view.getUint32(end + 4, true) === 0, "The zip's list is broken.");
    rows.forEach(checkRow);
    checkTogether(rows);
    this.rows = new Map(rows.map((row) => [row.name, row]));
    this.unpacked = new Map();
  }

  get names() {
    return [...this.rows.keys()];
  }

  has(name) {
    return this.rows.has(name);
  }

  size(name) {
    return this.rows.get(name).size;
  }

  /** Return a file's bytes; one that is missing is Not done, one that is broken Failed. */
  read(name) {
    if (!this.rows.has(name)) throw new NotDone(`The bundle has no ${name}.`);
    if (!this.unpacked.has(name)) {
      this.unpacked.set(name, unpack(this.view, this.bytes, this.rows.get(name)));
    }
    return this.unpacked.get(name);
  }
}
