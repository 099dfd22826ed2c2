// Safety tokens: a compact JWS, the grant that it names, and the issuer's status list.
import { base64url, equal, expect, Failed, iso, utf8, whole } from "./base.js";
import { inflate } from "./inflate.js";
import { canonical, isObject, readObject, string } from "./json.js";
import { verifyEd25519, verifyP256 } from "./keys.js";
import { isAbout, readEntry, readStatement, signers } from "./statement.js";
import { isInForce } from "./trust.js";

const TYPE = "sunlit-token+jwt";
const LIST = "statuslist+jwt";
const GRANT = "urn:sunlit:lifecycle:token-grant:v1";
const MAX_LIST = 4 * 1024 * 1024;

/** Verify a compact JWS by the one of the keys that it names; return key and payload. */
async function openJws(bytes, type, keys, limit, what) {
  expect(bytes.length <= limit, `${what} is too large.`);
  const parts = new TextDecoder("latin1").decode(bytes).split(".");
  expect(parts.length === 3 && parts[0].length <= 1024, `${what} is malformed.`);
  const [head, payload, signature] = parts.map((part) => base64url(part, what));
  const header = readObject(head, what);
  expect(header.typ === type && !("crit" in header), `${what} is of another type.`);
  const key = keys.find((one) => one.id === header.kid);
  expect(key !== undefined, `${what} is not signed by an issuer's key that your trust file names.`);
  const message = utf8(`${parts[0]}.${parts[1]}`);
  const isEd = key.kind === "ed25519" && header.alg === "EdDSA";
  const isEs = key.kind === "ecdsa-p256" && header.alg === "ES256";
  const holds = (isEd && (await verifyEd25519(key.raw, message, signature))) ||
    (isEs && (await verifyP256(key.raw, message, signature)));
  expect(holds, `The signature on ${what.toLowerCase()} does not verify.`);
  return { key, said: readObject(payload, what) };
}

/** Open a token: whose it is, what it says, and the name of its grant. */
export async function openToken(bytes, issuers) {
  const { key, said } = await openJws(bytes, TYPE, issuers, 65536, "The token");
  expect(said.iss === key.organisation, "The token names another issuer than its key's.");
  const status = said.status?.status_list;
  expect(isObject(said.sunlit) && isObject(status), "The token is malformed.");
  for (const name of ["iat", "nbf", "exp"]) whole(said[name], "A time of the token");
  whole(status.idx, "The token's place in its status list");
  string(said.grant, "The token's grant");
  expect(isInForce(key, said.iat), "The key that signed the token was not in force then.");
  return { key, said, status };
}

// What stands under names of its own in the token, and so not under `sunlit`.
const MOVED = [
  "issuer", "component", "grantedOn", "validFrom", "validUntil", "statusList", "statusIndex",
];

function payloadOf(grant, id) {
  const own = Object.keys(grant).filter((name) => !MOVED.includes(name));
  const at = (name) => Date.parse(grant[name]) / 1000;
  return {
    iss: grant.issuer, sub: grant.component, iat: at("grantedOn"), nbf: at("validFrom"),
    exp: at("validUntil"), grant: id,
    status: { status_list: { idx: grant.statusIndex, uri: grant.statusList } },
    sunlit: Object.fromEntries(own.map((name) => [name, grant[name]])),
  };
}

/** Check that a log's entry is the grant of a token, by the token's issuer; return the grant. */
export async function expectGranted(bytes, token, issuers) {
  const entry = await readEntry(bytes);
  expect(entry.envelope.id === token.said.grant, "The grant is not the one that the token names.");
  const own = issuers.filter((one) => one.organisation === token.key.organisation);
  const [signer] = await signers(entry.envelope, own);
  expect(signer !== undefined, "The grant is not signed by the token's issuer.");
  const inForce = isInForce(signer, entry.admitted) && isInForce(token.key, entry.admitted);
  expect(inForce, "The key that signed the grant was not in force then.");
  const statement = readStatement(entry.envelope);
  const grant = statement.predicate;
  const fits = statement.type === GRANT && isAbout(statement, grant.release);
  expect(fits, "The statement that the token names is no grant for its release.");
  const same = equal(canonical(payloadOf(grant, token.said.grant)), canonical(token.said));
  expect(same, "The token does not say what was granted and logged.");
  return grant;
}

async function statusAt(list, index, what) {
  expect(isObject(list) && [1, 2, 4, 8].includes(list.bits), "The status list is malformed.");
  const data = await inflate(base64url(string(list.lst, what), what), "deflate", MAX_LIST, what);
  const bit = index * list.bits;
  const byte = data[Math.floor(bit / 8)];
  expect(byte !== undefined, "The status list says nothing about this token.");
  return Math.floor(byte / 2 ** (bit % 8)) % 2 ** list.bits;
}

/** Check that a status list of the token's issuer called it valid at `at`; return its time. */
export async function expectStatus(bytes, token, trust, at) {
  const { uri, idx } = token.status;
  const listed = trust.statusLists.length === 0 || trust.statusLists.includes(uri);
  expect(listed, "Your trust file does not name the token's status list.");
  const own = trust.issuers.filter((one) => one.organisation === token.key.organisation);
  const what = "The status list";
  const { key, said } = await openJws(bytes, LIST, own, MAX_LIST, what);
  expect(said.sub === uri, "The status list is another one than the token's.");
  whole(said.iat, "A time of the status list");
  whole(said.exp, "A time of the status list");
  const value = await statusAt(said.status_list, idx, what);
  expect(said.iat <= at, "The status list was made after the decision.");
  expect(isInForce(key, said.iat), "The key that signed the status list was not in force.");
  // What even a list that has expired says for ever, and no emergency lifts.
  expect(value !== 1, "The issuer had revoked the token.");
  expect(value === 0 || value === 2, "The status list gives the token a status without meaning.");
  if (at >= said.exp) throw new Failed("The status list had expired by then.", "status.expired");
  expect(isInForce(key, at), "The key that signed the status list was not in force.");
  if (value === 2) throw new Failed("The issuer had suspended the token.", "status.suspended");
  return iso(said.iat);
}
