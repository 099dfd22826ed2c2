// Decision records and their openings: spec/decision-record.md.
import { base64, concat, equal, expect, isHex, seconds, unhex, utf8, whole } from "./base.js";
import { canonical, isObject, list, readObject, string } from "./json.js";
import { commitment } from "./statement.js";

const KINDS = [
  "decision", "refusal", "closed", "outcome", "contest", "contest-result", "review", "access",
];
const TEXTS = [
  "use", "deployer", "jurisdiction", "dataClass", "oversight", "breakGlass", "code", "role",
  "result", "token", "release", "status",
];
const CHOICES = new Map([
  ["kind", KINDS],
  ["binding", ["files-verified", "declared", "endpoint-only"]],
  ["state", ["released", "proposed", "opened"]],
]);
const NEEDED = ["token", "release", "use", "deployer", "binding", "oversight", "state"];
const FIELDS = new Set([
  "v", "id", "time", "commit", "trust", "masked", "of", ...TEXTS, ...CHOICES.keys(),
]);

function expectPointer(of) {
  expect(isObject(of) && Object.keys(of).sort().join() === "index,leaf,log",
    "A record points to another in a malformed way.");
  whole(of.index, "The place that a record points to");
  expect(typeof of.log === "string" && typeof of.leaf === "string", "A record's pointer is malformed.");
}

/** Read a leaf strictly: an unknown field or kind is refused, as is another order of bytes. */
export function readRecord(bytes) {
  const found = readObject(bytes, "A decision record");
  const known = Object.keys(found).every((name) => FIELDS.has(name));
  expect(found.v === 1 && known, "A decision record has a field that its format does not have.");
  expect(equal(canonical(found), bytes), "A decision record is not in its one form.");
  expect(isHex(found.id, 32), "A decision record has no id.");
  for (const [name, allowed] of CHOICES) {
    const there = found[name] !== undefined || name === "kind";
    expect(!there || allowed.includes(found[name]), `A record's ${name} is unknown.`);
  }
  for (const name of TEXTS) if (found[name] !== undefined) string(found[name], `A record's ${name}`);
  const commits = Object.values(found.commit ?? {});
  expect(isObject(found.commit) && commits.every((one) => isHex(one, 64)),
    "A record's commitments are malformed.");
  if (found.trust !== undefined) whole(found.trust, "A record's trust file version");
  if (found.masked !== undefined) {
    const names = list(found.masked, "What a record masked");
    const good = names.length > 0 && names.every((one) => typeof one === "string");
    expect(good, "What a record masked is malformed.");
  }
  if (found.of !== undefined) expectPointer(found.of);
  expectComplete(found);
  return { ...found, at: seconds(found.time, "A record's time") };
}

function expectComplete(found) {
  if (found.kind === "decision") {
    expect(NEEDED.every((name) => found[name] !== undefined), "A decision lacks a field.");
  } else if (found.kind !== "refusal" && found.kind !== "access") {
    expect(found.of !== undefined, "A later record does not say which it belongs to.");
  }
}

/** Check every opened value against a record's commitments; return their names. */
export async function expectOpened(bytes, record) {
  const found = readObject(bytes, "An opening");
  const members = Object.keys(found).sort().join();
  const fits = found.v === 1 && members === "fields,v" && equal(canonical(found), bytes);
  expect(fits, "An opening is malformed.");
  const names = [];
  for (const row of list(found.fields, "An opening's fields")) {
    const good = isObject(row) && Object.keys(row).sort().join() === "name,salt,type,value";
    expect(good, "An opening is malformed.");
    const name = string(row.name, "An opened value's name");
    const salt = unhex(row.salt, 64, "An opening's salt");
    const value = base64(row.value, "An opened value");
    const type = string(row.type, "An opened value's type");
    // A NUL would move the border between type and value: two openings of one commitment.
    const plain = [name, type].every((one) => /^[ -~]+$/.test(one));
    expect(plain, "An opened value's name or type is not printable ASCII.");
    const head = utf8(`${name}\0${type}\0`);
    const made = await commitment(salt, concat(head, value));
    expect(made === record.commit[name], `The ${name} shown is not what the record committed to.`);
    expect(!names.includes(name), `The ${name} stands twice in an opening.`);
    names.push(name);
  }
  return names;
}
