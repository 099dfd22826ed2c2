// DSSE envelopes, in-toto statements, and the entries of logs that hold them.
import { anyBase64, concat, equal, expect, hex, seconds, utf8 } from "./base.js";
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

/** Read the payload of an envelope as an in-toto statement. */
export function readStatement(envelope) {
  expect(envelope.type === STATEMENT, "An envelope holds no statement.");
  const found = readObject(envelope.payload, "A statement");
  expect(found._type === "https://in-toto.io/Statement/v1", "A statement is of another kind.");
  const subjects = list(found.subject, "A statement's subject");
  expect(subjects.length > 0 && subjects.every((one) => isObject(one) && isObject(one.digest)),
    "A statement says nothing about anything.");
  const predicate = found.predicate ?? Object.create(null);
  expect(isObject(predicate), "A statement is malformed.");
  return { type: string(found.predicateType, "A statement's type"), subjects, predicate };
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
