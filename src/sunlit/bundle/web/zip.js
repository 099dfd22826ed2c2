// A zip, read with bounds: stored or deflated, no encryption, no links, no comment; and in one
// way only: its list and the files before it say the same, without a gap between any of them.
import { equal, expect, NotDone, text, utf8 } from "./base.js";
import { inflate } from "./inflate.js";

export const MAX_FILES = 4096;
export const MAX_UNPACKED = 1024 * 1024 * 1024;
const RATIO_FROM = 1024 * 1024;
const MAX_RATIO = 200; // of unpacked to packed, for files over 1 MiB
// No dot at either end of a part: some systems hide such names, others drop the dot.
const NAME = /^[\w-](?:[\w.-]{0,98}[\w-])?(?:\/[\w-](?:[\w.-]{0,98}[\w-])?)*$/;
const LATE = 0x08; // sizes stand behind the file: whoever reads forward must guess
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
  const next = at + 46 + u16(28);
  expect(next <= end && u16(30) === 0 && u16(32) === 0, "The zip's list is broken.");
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
}

function checkLocal(view, bytes, row) {
  const u16 = (offset) => view.getUint16(row.local + offset, true);
  const u32 = (offset) => view.getUint32(row.local + offset, true);
  const there = row.local + 30 + row.name.length <= bytes.length && u32(0) === LOCAL;
  expect(there, `The file ${row.name} is broken in the zip.`);
  const name = bytes.subarray(row.local + 30, row.local + 30 + row.name.length);
  const same = u16(6) === row.flags && u16(8) === row.method && u32(14) === row.crc &&
    u32(18) === row.packed && u32(22) === row.size && u16(26) === row.name.length &&
    u16(28) === 0 && equal(name, utf8(row.name));
  expect(same && (row.flags & LATE) === 0, "The zip says two things of one file.");
}

function checkPlaces(view, bytes, rows, end) {
  let at = 0;
  for (const row of [...rows].sort((left, right) => left.local - right.local)) {
    expect(row.local === at, "Something stands between the zip's files, or two share bytes.");
    checkLocal(view, bytes, row);
    at += 30 + row.name.length + row.packed;
  }
  expect(at === end, "Something stands between the zip's last file and its list.");
}

async function unpack(bytes, row) {
  const what = `The file ${row.name}`;
  const start = row.local + 30 + row.name.length;
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
    const start = this.view.getUint32(end + 16, true);
    let at = start;
    for (let number = 0; number < count; number += 1) {
      rows.push(centralRow(this.view, bytes, at, end));
      at = rows[number].next;
    }
    const size = this.view.getUint32(end + 12, true);
    const one = this.view.getUint32(end + 4, true) === 0 &&
      this.view.getUint16(end + 8, true) === count && size === end - start;
    expect(at === end && one, "The zip's list is broken.");
    rows.forEach(checkRow);
    checkTogether(rows);
    checkPlaces(this.view, bytes, rows, start);
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
      this.unpacked.set(name, unpack(this.bytes, this.rows.get(name)));
    }
    return this.unpacked.get(name);
  }
}
