// C2SP signed-note, tlog-checkpoint, tlog-cosignature (cosignature/v1), tlog-proof.
import {
  base64, concat, decimal, equal, expect, hex, text, unhex, utf8,
} from "./base.js";
import { sha256, verifyEd25519 } from "./keys.js";
import { expectInclusion, hashes } from "./merkle.js";

const ED25519 = 0x01;
const COSIGNATURE = 0x04;
const ML_DSA = 0x06; // this page knows such keys and cannot verify by them
const SIZES = new Map([[ED25519, 32], [COSIGNATURE, 32], [ML_DSA, 1312]]);
const MAX_NOTE = 512 * 1024;
const MAX_SIGNATURES = 64;
const LAST_TIME = 253402300799; // 9999-12-31T23:59:59Z

const isName = (name) => {
  const size = utf8(name).length;
  return size > 0 && size <= 255 && !/[\s+\u0000-\u001f\u0085\ud800-\udfff]/u.test(name);
};

/** Read a verifier key, `<name>+<hex key ID>+<base64 of type and key>`. */
export async function readVkey(vkey, kinds) {
  const [name, id, ...rest] = String(vkey).split("+");
  const material = base64(rest.join("+"), "A log's key");
  const kind = material[0];
  const key = material.subarray(1);
  const holds = isName(name) && kinds.includes(kind) && SIZES.get(kind) === key.length;
  expect(holds, "The key of a log or witness is malformed.");
  const found = (await sha256(utf8(`${name}\n`), material)).subarray(0, 4);
  expect(hex(found) === id, "A key's ID does not belong to its name and key.");
  return { name, id: unhex(id, 8, "A key's ID"), kind, key };
}

export const logKey = (vkey) => readVkey(vkey, [ED25519]);
export const witnessKey = (vkey) => readVkey(vkey, [COSIGNATURE, ML_DSA]);

function signatureLine(line) {
  const match = /^\u2014 ([^ ]+) ([^ ]+)$/.exec(line);
  expect(match !== null && isName(match[1]), "A signature under a checkpoint is malformed.");
  const data = base64(match[2], "A signature under a checkpoint");
  expect(data.length > 4, "A signature under a checkpoint is malformed.");
  return { name: match[1], id: data.subarray(0, 4), payload: data.subarray(4) };
}

/** Read a signed note; this verifies nothing. */
export function readNote(bytes) {
  expect(bytes.length <= MAX_NOTE, "A checkpoint is too large.");
  const whole = text(bytes, "A checkpoint");
  expect(!/[\u0000-\u0009\u000b-\u001f]/.test(whole), "A checkpoint holds a control character.");
  const blank = whole.lastIndexOf("\n\n");
  expect(blank >= 0 && whole.endsWith("\n"), "A checkpoint is malformed.");
  const lines = whole.slice(blank + 2, -1).split("\n");
  expect(lines.length <= MAX_SIGNATURES, "A checkpoint has too many signatures.");
  return { text: utf8(whole.slice(0, blank + 1)), signatures: lines.map(signatureLine) };
}

const by = (note, key) =>
  note.signatures.filter((one) => one.name === key.name && equal(one.id, key.id));

/** Tell whether a log's key signed the note. A signature of that key that fails is refused. */
export async function signedBy(note, key) {
  const found = by(note, key);
  for (const one of found) {
    const holds = await verifyEd25519(key.key, note.text, one.payload);
    expect(holds, `The signature of ${key.name} under a checkpoint does not verify.`);
  }
  return found.length > 0;
}

/** Read what a checkpoint says, once its signature was verified. */
export async function readCheckpoint(note) {
  const lines = text(note.text, "A checkpoint").split("\n");
  const filled = lines.slice(0, -1).every((line) => line !== "");
  expect(lines.length >= 4 && filled && utf8(lines[0]).length <= 255, "A checkpoint is malformed.");
  const size = decimal(lines[1], "A log's size");
  const root = base64(lines[2], "A log's root");
  const empty = size > 0 || equal(root, await sha256(new Uint8Array()));
  expect(root.length === 32 && empty, "A checkpoint's root is malformed.");
  return { origin: lines[0], size, root };
}

/** Verify a signed checkpoint by one log's key, then read it. */
export async function openCheckpoint(bytes, key) {
  const note = readNote(bytes);
  expect(await signedBy(note, key), `A checkpoint is not signed by the key of ${key.name}.`);
  const checkpoint = await readCheckpoint(note);
  expect(checkpoint.origin === key.name, "A checkpoint is of another log than its key.");
  return checkpoint;
}

/** Return when a witness cosigned (seconds), "cannot" for ML-DSA, or null where it did not. */
export async function cosignedAt(note, key) {
  let latest = null;
  for (const { payload } of by(note, key)) {
    if (key.kind === ML_DSA) return "cannot";
    expect(payload.length === 72, "A witness's signature has a wrong size.");
    const time = payload.subarray(0, 8).reduce((sum, byte) => sum * 256 + byte, 0);
    expect(time <= LAST_TIME, "A witness's time is out of range.");
    const message = concat(utf8(`cosignature/v1\ntime ${time}\n`), note.text);
    const holds = await verifyEd25519(key.key, message, payload.subarray(8));
    expect(holds, `The signature of the witness ${key.name} does not verify.`);
    latest = Math.max(latest ?? 0, time);
  }
  return latest;
}

/** Read a receipt (C2SP tlog-proof); this verifies nothing. */
export function readProof(bytes) {
  expect(bytes.length <= MAX_NOTE + 128 * 1024, "A receipt is too large.");
  const gap = bytes.findIndex((byte, at) => byte === 10 && bytes[at + 1] === 10);
  expect(gap > 0 && gap + 2 < bytes.length, "A receipt is malformed.");
  const lines = text(bytes.subarray(0, gap), "A receipt").split("\n");
  expect(lines.shift() === "c2sp.org/tlog-proof@v1", "A receipt is of an unknown version.");
  if (lines[0]?.startsWith("extra ")) base64(lines.shift().slice(6), "A receipt's extra data");
  expect(lines[0]?.startsWith("index "), "A receipt does not say the place.");
  const index = decimal(lines.shift().slice(6), "The place in a receipt");
  expect(lines.length <= 63, "A receipt has too many hashes.");
  const path = hashes(lines.map((line) => base64(line, "A hash in a receipt")));
  return { index, path, checkpoint: bytes.subarray(gap + 2) };
}

/** Check a leaf's place under a checkpoint that `open` verifies, in a tree of one log. */
export async function expectPlaced(leaf, proofBytes, open) {
  const proof = readProof(proofBytes);
  const found = await open(proof.checkpoint);
  await expectInclusion(leaf, proof.index, found, proof.path);
  return { ...found, index: proof.index };
}
