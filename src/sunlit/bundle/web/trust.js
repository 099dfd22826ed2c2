// The trust file that the reader chose, and who may sign what: keys of the trust file, and keys
// that included statements register, in the order of the log. Simple cases only: where a
// revocation touches a key, this page says that the command line must judge.
import { expect, iso, NotDone, seconds, whole } from "./base.js";
import { isObject, list, readObject, string } from "./json.js";
import { readKey, sameness } from "./keys.js";
import { readPolicy } from "./policy.js";
import { isAbout, namedDigest, readEnvelope, signers } from "./statement.js";

const ORGANISATION = "urn:sunlit:authority:organisation:v1";
const KEY = "urn:sunlit:authority:key:v1";
const ACCREDITATION = "urn:sunlit:authority:accreditation:v1";
const TRUST = "application/vnd.sunlit.trust+json";
const MAX_BYTES = 1024 * 1024;

async function readTrustedKey(row, organisation, role) {
  expect(isObject(row), "A key of the trust file is malformed.");
  const bound = (name) => (row[name] == null ? null : seconds(row[name], "A key's interval"));
  return {
    ...(await readKey(row.key)), organisation, roles: [role], from: bound("validFrom"),
    until: bound("validUntil"), rooted: true,
  };
}

async function readKeys(rows, organisation, role) {
  const found = [];
  for (const row of list(rows, "The trust file's keys")) {
    found.push(await readTrustedKey(row, organisation, role));
  }
  return found;
}

async function statementKeys(document) {
  const found = [];
  for (const row of list(document.organisations ?? [], "Its organisations")) {
    found.push(...(await readKeys(row.keys, string(row.id, "An organisation"), "operator")));
  }
  for (const row of list(document.boards ?? [], "Its boards")) {
    const board = await readKeys(row.keys, string(row.organisation, "A board"), "board");
    expect(row.threshold >= 1 && row.threshold <= board.length, "A board can never decide.");
    found.push(...board);
  }
  for (const row of list(document.tokenIssuers ?? [], "Its token issuers")) {
    found.push(...(await readKeys(row.keys, string(row.organisation, "An issuer"), "token-issuer")));
  }
  return found;
}

function expectEachKeyOnce(root, keys, policy) {
  const logs = [...policy.logs, ...policy.witnesses].map((one) => sameness({ raw: one.key.key }));
  const all = [...root, ...keys].map(sameness).concat(logs);
  expect(new Set(all).size === all.length, "The trust file names one key twice.");
}

/** Read a trust file, once a threshold of its own root keys is shown to have signed it. */
export async function readTrust(bytes) {
  expect(bytes.length <= 2 * MAX_BYTES, "The trust file is too large.");
  const envelope = await readEnvelope(readObject(bytes, "The trust file"));
  expect(envelope.type === TRUST, "This is no trust file.");
  const document = readObject(envelope.payload, "The trust file");
  expect(document.format === "sunlit-trust/1", "The trust file is of another kind or version.");
  // The keys stand inside what they sign: nothing read so far is believed before this line.
  const root = await readKeys(document.root?.keys, "", "root");
  const threshold = whole(document.root.threshold, "The trust file's threshold", 1);
  expect(threshold <= root.length, "The trust file asks for an impossible number of signatures.");
  const signed = await signers(envelope, root);
  expect(signed.length >= threshold, "The trust file is signed by too few of its own root keys.");
  const policy = await readPolicy(document);
  const keys = await statementKeys(document);
  expectEachKeyOnce(root, keys, policy);
  return {
    id: envelope.id, version: whole(document.version, "The trust file's version", 1),
    expires: seconds(document.expires, "The trust file's expiry"), policy, keys, threshold,
    signed: signed.length,
    accreditors: list(document.accreditors ?? [], "The trust file's accreditors"),
    roots: (document.organisations ?? []).map((one) => one.id),
    issuers: keys.filter((key) => key.roles.includes("token-issuer")),
    statusLists: list(document.statusLists ?? [], "The trust file's status lists"),
  };
}

/** Check that the trust file is in force at a time. */
export function expectCurrent(trust, at) {
  expect(at < trust.expires, `Your trust file expired at ${iso(trust.expires)}.`);
}

export const isInForce = (key, at) =>
  (key.from === null || key.from <= at) && (key.until === null || at < key.until);

// By index in one log; by time across logs, where the same second serves too.
function isBefore(basis, entry, place) {
  if (basis === null) return true;
  if (basis.place.origin === place.origin) return basis.place.index < place.index;
  return basis.entry.admitted <= entry.admitted;
}

/** Who may sign what, as far as statements were taken in. */
export class Directory {
  constructor(trust) {
    this.roots = trust.roots;
    this.keys = new Map(trust.keys.map((key) => [key.id, key]));
    this.reserved = new Set(trust.policy.logs.map((one) => sameness({ raw: one.key.key })));
    this.parents = new Map(trust.roots.map((id) => [id, []]));
    this.accreditors = trust.accreditors;
    this.revoked = new Set();
    this.acted = new Set();
  }

  /** Tell whether an authority statement changed something. */
  hasActedOn(entry) {
    return this.acted.has(entry.envelope.id);
  }

  /** Return the key that a statement registers, which signs its own registration. */
  async ownKey(statement) {
    if (statement.type !== KEY) return [];
    return [{ ...(await readKey(statement.predicate.key)), roles: [], from: null, until: null }];
  }

  /** Return who signed an entry with keys in force then; a key registers itself beside others. */
  async signersOf({ entry, place }, own = []) {
    const found = await signers(entry.envelope, [...this.keys.values(), ...own]);
    if (found.some((key) => this.revoked.has(key.id))) {
      throw new NotDone("A key that signed was revoked at some time: use the command line.");
    }
    return found.filter((key) =>
      isInForce(key, entry.admitted) && isBefore(key.basis ?? null, entry, place));
  }

  /** Return an organisation and all above it. */
  above(organisation) {
    const found = new Set(this.roots);
    const todo = [organisation];
    while (todo.length > 0) {
      const name = todo.pop();
      if (!found.has(name) || name === organisation) {
        found.add(name);
        todo.push(...(this.parents.get(name) ?? []).filter((one) => !found.has(one)));
      }
    }
    return found;
  }

  operators(found, organisations) {
    return found.filter((key) => key.roles.includes("operator") && organisations.has(key.organisation));
  }

  /** Take in an authority statement, if those who signed it may say it. */
  async learn(one) {
    const { entry, statement } = one;
    const said = statement.predicate;
    let learnt = false;
    if (statement.type === ORGANISATION) {
      learnt = await this.learnOrganisation(one, statement, said);
    } else if (statement.type === KEY) {
      learnt = await this.learnKey(one, statement, said);
    } else if (statement.type === ACCREDITATION) {
      learnt = await this.mayAccredit(one, statement, said);
    } else if (statement.type === "urn:sunlit:authority:revocation:v1") {
      this.revoked.add(said.keyId);
    }
    if (learnt) this.acted.add(entry.envelope.id);
  }

  async learnOrganisation(one, statement, said) {
    if (!isAbout(statement, await namedDigest("organisation", said.id))) return false;
    const parents = list(said.parents ?? [], "An organisation's parents");
    const known = parents.filter((one) => this.parents.has(one));
    const above = this.roots.includes(said.id) ? this.roots : [...this.roots, ...known];
    const found = this.operators(await this.signersOf(one), new Set(above));
    if (found.length === 0 || parents.includes(said.id)) return false;
    this.parents.set(said.id, parents);
    return true;
  }

  async mayAccredit(one, statement, said) {
    if (!isAbout(statement, await namedDigest("organisation", said.assessor))) return false;
    const named = this.accreditors.includes(said.accreditor) && said.accreditor !== said.assessor;
    return named && (await this.signersOf(one)).some((key) =>
      key.organisation === said.accreditor && key.roles.includes("accreditor"));
  }

  async learnKey(one, statement, said) {
    const key = await readKey(said.key);
    const before = this.keys.get(key.id);
    const fits = isAbout(statement, await namedDigest("key", key.id)) &&
      this.parents.has(said.organisation) && !this.reserved.has(sameness(key)) &&
      (before === undefined || before.organisation === said.organisation);
    if (!fits) return false;
    const found = await this.signersOf(one, before === undefined ? await this.ownKey(statement) : []);
    const entitled = this.operators(found, this.above(said.organisation));
    if (entitled.length === 0 || !found.some((it) => it.id === key.id)) return false;
    if (before?.rooted) return true; // it counts, and of such a key only the trust file speaks
    const bound = (name) => (said[name] == null ? null : seconds(said[name], "A key's interval"));
    this.keys.set(key.id, {
      ...key, organisation: said.organisation, roles: list(said.roles, "A key's roles"),
      from: bound("validFrom"), until: bound("validUntil"), rooted: false, basis: one,
    });
    return true;
  }
}
