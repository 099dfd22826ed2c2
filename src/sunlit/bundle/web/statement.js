// DSSE envelopes, in-toto statements, and the entries of logs that hold them.
import { anyBase64, concat, equal, expect, hex, isHex, seconds, utf8 } from "./base.js";
import { expectClaim } from "./claims.js";
import { canonical, isObject, list, readObject, string } from "./json.js";
import { sha256, verifies } from "./keys.js";

export const STATEMENT = "application/vnd.in-toto+json";
const MAX_SIGNATURES = 16;

/** DSSE's pre-authentication encoding: the bytes that are signed. */
export const pae = (type, payload) =>
  concat(utf8(`DSSEv1 ${utf8(type).length} ${type} ${payload.length} `), payload);

/** Read an envelope from JSON; this verifies nothing. */
export async function readEnvelope(value) {
  expect(isObject(value), "An envelope is malformed.");
  const rows = list(value.signatures, "An envelope's signatures");
  expect(rows.length >= 1 && rows.length <= MAX_SIGNATURES, "An envelope is malformed.");
  const type = string(value.payloadType, "An envelope's type");
  const payload = anyBase64(value.payload, "An envelope's payload");
  const signatures = rows.map((row) => {
    expect(isObject(row), "A signature is malformed.");
    const bytes = anyBase64(row.sig, "A signature");
    expect(bytes.length >= 1 && bytes.length <= 8192, "A signature is malformed.");
    return { hint: row.keyid ?? "", bytes };
  });
  const signed = pae(type, payload);
  return { type, payload, signatures, signed, id: hex(await sha256(signed)) };
}

async function oneVerifies(envelope, key) {
  const first = envelope.signatures.filter((one) => one.hint === key.id);
  const rest = envelope.signatures.filter((one) => one.hint !== key.id);
  for (const one of [...first, ...rest]) {
    if (await verifies(key, envelope.signed, one.bytes)) return true;
  }
  return false;
}

/** Return those of the keys, each once, that signed the envelope. */
export async function signers(envelope, keys) {
  const found = new Map();
  for (const key of keys) {
    if (!found.has(key.id) && (await oneVerifies(envelope, key))) found.set(key.id, key);
  }
  return [...found.values()];
}

// The hex digits of the digests that Sunlit knows; others are opaque.
const DIGITS = new Map(Object.entries({
  sha1: [40], gitCommit: [40, 64], gitTree: [40, 64], gitBlob: [40, 64], gitTag: [40, 64],
  sha224: [56], sha256: [64], sha384: [96], sha512: [128], sha3_256: [64], sha3_512: [128],
  blake2b: [128], blake3: [64], sunlitManifestV1: [64], sunlitCommitV1: [64],
}));

function isDigest([name, text]) {
  if (typeof text !== "string") return false;
  const digits = DIGITS.get(name);
  return digits === undefined ? /^[!-~]{1,256}$/.test(text) :
    digits.includes(text.length) && /^[0-9a-f]+$/.test(text);
}

function isSubject(one) {
  if (!isObject(one) || !isObject(one.digest)) return false;
  const digests = Object.entries(one.digest);
  const named = one.name === undefined || one.name === null || typeof one.name === "string";
  return named && digests.length > 0 && digests.every(isDigest);
}

function expectLinks(type, predicate) {
  const prefix = type.startsWith("urn:sunlit:") ? "" : "sunlit_";
  for (const name of ["corrects", "supersedes"]) {
    const link = predicate[prefix + name] ?? null;
    expect(link === null || isHex(link, 64), "A statement replaces what is none.");
  }
}

/** Read the payload of an envelope as an in-toto statement, its claim too. */
export function readStatement(envelope) {
  expect(envelope.type === STATEMENT, "An envelope holds no statement.");
  const found = readObject(envelope.payload, "A statement");
  expect(found._type === "https://in-toto.io/Statement/v1", "A statement is of another kind.");
  const subjects = list(found.subject, "A statement's subject");
  expect(subjects.length > 0 && subjects.length <= 10000 && subjects.every(isSubject),
    "What a statement is about is malformed.");
  const predicate = "predicate" in found ? found.predicate : Object.create(null);
  expect(isObject(predicate), "A statement is malformed.");
  const type = string(found.predicateType, "A statement's type");
  expect(/^[A-Za-z][A-Za-z0-9+.-]*:[!-~]{1,1000}$/.test(type), "A statement's type is no URI.");
  expectLinks(type, predicate);
  expectClaim(type, predicate);
  return { type, subjects, predicate };
}

export const isAbout = (statement, digest) =>
  statement.subjects.some((one) => one.digest.sha256 === digest);

/** Read a log's entry, `{"admitted", "envelope", "v"}`, in its one canonical form. */
export async function readEntry(bytes) {
  expect(bytes.length <= 65535, "An entry of a log is too large.");
  const found = readObject(bytes, "An entry of a log");
  const names = Object.keys(found).sort().join();
  expect(found.v === 1 && names === "admitted,envelope,v", "An entry of a log is malformed.");
  expect(equal(canonical(found), bytes), "An entry of a log is not in its one form.");
  const admitted = seconds(found.admitted, "An entry's time");
  return { admitted, envelope: await readEnvelope(found.envelope) };
}

/** Return the digest that stands for something without bytes: an organisation, a key, a use. */
export async function namedDigest(kind, name) {
  return hex(await sha256(utf8(`sunlit-subject-v1\0${kind}\0${name}`)));
}

/** Return the commitment to a content under a salt. */
export async function commitment(salt, ...content) {
  expect(salt.length === 32, "A salt has a wrong size.");
  return hex(await sha256(utf8("sunlit-commit-v1\0"), salt, ...content));
}
