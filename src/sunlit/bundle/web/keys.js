// Keys and signatures by WebCrypto: Ed25519, ECDSA P-256, and passkeys (WebAuthn ES256).
import { anyBase64, concat, equal, expect, hex, toBase64url, utf8 } from "./base.js";
import { canonical, isObject, list, readObject, string } from "./json.js";

// RFC 8410, section 4, and RFC 5480: the only DER form that is accepted of each kind.
const ED25519_SPKI = [0x30, 42, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 33, 0];
const P256_SPKI = [
  0x30, 89, 0x30, 19, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d,
  3, 1, 7, 3, 66, 0, 4,
];
const FIELD = 2n ** 255n - 19n;
// The y coordinates of the points of small order: with such a key anybody can sign anything.
const SMALL_ORDER = [
  0n, 1n, FIELD - 1n,
  0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n,
  0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n,
];

/** Return the SHA-256 of the parts, one after the other. */
export async function sha256(...parts) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", concat(...parts)));
}

const imported = new Map();

async function native(kind, raw) {
  const name = `${kind} ${hex(raw)}`;
  if (!imported.has(name)) {
    const how = kind === "ed25519" ? "Ed25519" : { name: "ECDSA", namedCurve: "P-256" };
    imported.set(name, await crypto.subtle.importKey("raw", raw, how, false, ["verify"]));
  }
  return imported.get(name);
}

/** Tell whether a raw Ed25519 key signed the message. */
export async function verifyEd25519(raw, message, signature) {
  if (signature.length !== 64) return false;
  try {
    return await crypto.subtle.verify("Ed25519", await native("ed25519", raw), signature, message);
  } catch {
    return false;
  }
}

/** Tell whether a P-256 key signed the message; the signature is R and S, 32 bytes each. */
export async function verifyP256(raw, message, signature) {
  if (signature.length !== 64) return false;
  const how = { name: "ECDSA", hash: "SHA-256" };
  try {
    return await crypto.subtle.verify(how, await native("p256", raw), signature, message);
  } catch {
    return false;
  }
}

function integer(der, at) {
  const size = der[at + 1];
  const value = der.subarray(at + 2, at + 2 + size);
  const minimal = size > 0 && size <= 33 && value.length === size && value[0] < 0x80 &&
    (size === 1 || value[0] !== 0 || value[1] >= 0x80);
  if (der[at] !== 2 || !minimal) return null;
  const bare = value[0] === 0 ? value.subarray(1) : value;
  if (bare.length > 32) return null;
  return { value: concat(new Uint8Array(32 - bare.length), bare), end: at + 2 + size };
}

function fromDer(der) {
  if (der[0] !== 0x30 || der[1] !== der.length - 2) return null;
  const r = integer(der, 2);
  const s = r === null ? null : integer(der, r.end);
  return s === null || s.end !== der.length ? null : concat(r.value, s.value);
}

async function verifyPasskey(key, message, signature) {
  // WebAuthn Level 2, section 7.2; the challenge is the SHA-256 of the message.
  const parts = readObject(signature, "A passkey's signature");
  const [data, client, der] = ["authenticatorData", "clientDataJSON", "signature"].map((name) =>
    anyBase64(parts[name], name));
  const again = {
    authenticatorData: toBase64url(data), clientDataJSON: toBase64url(client),
    signature: toBase64url(der),
  };
  const said = readObject(client, "clientDataJSON");
  const holds =
    equal(canonical(again), signature) && said.type === "webauthn.get" &&
    said.challenge === toBase64url(await sha256(message)) && key.origins.includes(said.origin) &&
    (said.crossOrigin === undefined || said.crossOrigin === false) && data.length >= 37 &&
    equal(data.subarray(0, 32), await sha256(utf8(key.rpId))) && (data[32] & 0x05) === 0x05 &&
    (data.length === 37 || (data[32] & 0x80) !== 0);
  const raw = fromDer(der);
  return holds && raw !== null &&
    (await verifyP256(key.raw, concat(data, await sha256(client)), raw));
}

/** Tell whether a key signed the message, in the form in which its kind signs statements. */
export async function verifies(key, message, signature) {
  if (key.kind === "ed25519") return verifyEd25519(key.raw, message, signature);
  if (key.kind === "webauthn-es256") {
    try {
      return await verifyPasskey(key, message, signature);
    } catch {
      return false;
    }
  }
  const raw = fromDer(signature);
  return raw !== null && verifyP256(key.raw, message, raw);
}

function isSound(raw) {
  const little = Uint8Array.from(raw).reverse();
  const y = BigInt(`0x${hex(little)}`) % 2n ** 255n;
  return y < FIELD && !SMALL_ORDER.includes(y);
}

const startsWith = (bytes, start) => equal(bytes.subarray(0, start.length), Uint8Array.from(start));

/** Read a public key `{"kind", "public"}`, as trust files and key statements write it. */
export async function readKey(value) {
  expect(isObject(value), "A key is malformed.");
  const spki = anyBase64(value.public, "A key");
  const kind = string(value.kind, "A key's kind");
  const start = kind === "ed25519" ? ED25519_SPKI : P256_SPKI;
  const size = start.length + (kind === "ed25519" ? 32 : 64);
  const known = ["ed25519", "ecdsa-p256", "webauthn-es256"].includes(kind);
  expect(known && spki.length === size && startsWith(spki, start), "A key is malformed.");
  const raw = kind === "ed25519" ? spki.subarray(12) : spki.subarray(P256_SPKI.length - 1);
  expect(kind !== "ed25519" || isSound(raw), "A key is one with which anybody could sign.");
  const isPasskey = kind === "webauthn-es256";
  const origins = list(value.origins ?? [], "A key's origins");
  expect(isPasskey === Boolean(value.rpId) && isPasskey === origins.length > 0, "A key is malformed.");
  return { kind, raw, id: hex(await sha256(spki)), rpId: value.rpId, origins };
}

/** Return what makes two keys one, whatever form they are written in. */
export const sameness = (key) => hex(key.raw);

