// Checks 7 to 9: the token at the record's time, the use, and what people did later.
import { expect, Failed, hex, NotDone } from "./base.js";
import { digest } from "./bundle.js";
import { laterNames, openRegistration } from "./check-log.js";
import { leafHash } from "./merkle.js";
import { expectPlaced, openCheckpoint } from "./note.js";
import { expectLogged } from "./policy.js";
import { readRecord } from "./record.js";
import { expectGranted, expectStatus, openToken } from "./token.js";

const BINDINGS = ["files-verified", "declared", "endpoint-only"]; // strongest first
const ARRANGEMENTS = ["human-decides", "human-reviews", "none"]; // most oversight first
// Refusals that break-glass may override, where the token allows break-glass at all.
const BREAKABLE_STEPS = ["status.expired", "status.missing", "status.suspended", "token.expired"];
const BREAKABLE = [...BREAKABLE_STEPS, "guard.rate-exceeded", "guard.volume-exceeded"];

async function expectNamedStatus(bundle) {
  const { record } = bundle;
  const there = bundle.has("token/status.jwt");
  // The first code that was overridden stands in the record: an expired token comes before that.
  const may = ["status.missing", "token.expired"].includes(record.breakGlass);
  if (may && record.status === undefined) return;
  const relied = there ? await digest(await bundle.read("token/status.jwt")) : null;
  expect(relied !== null && relied === record.status,
    "The status list is not the one on which the guard relied.");
}

async function expectInForce(bundle, token) {
  const { record, trust } = bundle;
  expect(token.said.nbf <= record.at, "The token was not valid yet at the record's time.");
  const status = await statusThen(bundle, token);
  if (record.at >= token.said.exp) throw new Failed("The token had expired.", "token.expired");
  if (status !== null) throw status;
}

/** Return what the status list has against the token and an override may lift, or null. */
async function statusThen(bundle, token) {
  const { record, trust } = bundle;
  if (!bundle.has("token/status.jwt")) {
    return new Failed("There is no status list.", "status.missing");
  }
  const bytes = await bundle.read("token/status.jwt");
  try {
    bundle.note("Status list made", await expectStatus(bytes, token, trust, record.at));
  } catch (error) {
    if (BREAKABLE_STEPS.includes(error.code)) return error;
    throw error;
  }
  return null;
}

/** 7. The token named by the record is the issuer's, was logged and in force then. */
export async function token(bundle) {
  const { trust, record } = bundle;
  await expectNamedStatus(bundle);
  const found = await openToken(await bundle.read("token/token.jwt"), trust.issuers);
  expect(found.said.grant === record.token, "The token is not the one that the record names.");
  const bytes = await bundle.read("token/grant.entry.json");
  const proof = await bundle.read("token/grant.tlog-proof");
  const place = await expectLogged(await leafHash(bytes), proof, trust.policy);
  bundle.grant = await expectGranted(bytes, found, trust.issuers);
  bundle.note("Grant", found.said.grant);
  bundle.note("Logged in", `${place.origin}, entry ${place.index}`);
  try {
    await expectInForce(bundle, found);
  } catch (error) {
    if (BREAKABLE_STEPS.includes(error.code) && error.code === record.breakGlass) {
      return `${found.said.iss} gave the token. The guard was overridden: ${error.code}.`;
    }
    if (error.code === "status.expired") throw new NotDone(error.message);
    throw error;
  }
  return `${found.said.iss} gave the token, which was in force on ${record.time}.`;
}

function expectCovered(grant, record) {
  expect(record.release === grant.release, "The release that decided is not the token's.");
  expect(record.use === grant.use, "The token does not cover this use.");
  expect(record.deployer === grant.deployer, "The token does not cover this deployer.");
  const place = record.jurisdiction;
  const covered = (one) => place === one || place.startsWith(`${one}-`);
  const places = grant.jurisdictions ?? [];
  expect(place === undefined || places.some(covered), "The token does not cover this place.");
  const data = record.dataClass;
  const known = data === undefined || (grant.dataClasses ?? []).includes(data);
  expect(known, "The token does not cover this data.");
}

function expectDeclared(grant, record) {
  const limits = [
    ["place", grant.jurisdictions, record.jurisdiction],
    ["class of data", grant.dataClasses, record.dataClass],
  ];
  for (const [name, limited, said] of limits) {
    const open = (limited ?? []).length === 0 || said !== undefined;
    expect(open, `The token limits the ${name}, and the record names none.`);
  }
  const form = /^(?:mask:([a-z0-9][a-z0-9-]*)|(mask-plan:[0-9a-f]{64}))$/;
  const masks = (grant.constraints ?? []).map((one) => form.exec(one));
  const shown = masks.every(
    (one) => one === null || (record.masked ?? []).includes(one[1] ?? one[2]));
  expect(shown, "The token orders masking that the record does not show.");
}

function expectOverseen(grant, record) {
  const least = BINDINGS.indexOf(grant.minimumBinding);
  const strong = least >= 0 && BINDINGS.indexOf(record.binding) <= least;
  expect(strong, "The release was bound to the model more weakly than the token asks.");
  const asked = ARRANGEMENTS.indexOf(grant.oversight);
  const kept = ARRANGEMENTS.indexOf(record.oversight);
  expect(asked >= 0 && kept >= 0 && kept <= asked,
    "The token asks for more human oversight than the record says.");
  expect(kept > 0 || record.state !== "released",
    "A decision that a human must make was released without one.");
}

/** 8. What the record says is what the token allows; or break-glass, which it allows. */
export async function use(bundle) {
  const { grant, record } = bundle;
  expectCovered(grant, record);
  expectDeclared(grant, record);
  expectOverseen(grant, record);
  const broken = record.breakGlass;
  const said = `The token allows ${record.use} by ${record.deployer} (${record.binding}).`;
  if (broken === undefined) return said;
  const may = Boolean(grant.breakGlass) && BREAKABLE.includes(broken);
  expect(may, "The guard was overridden where the token allows no override.");
  const review = bundle.later.filter((one) => one.kind === "review").pop();
  const word = review === undefined ? "no review of that is recorded here" :
    `its review says: ${review.result}`;
  return `${said} The guard was overridden (${broken}), which the token allows; ${word}.`;
}

const pointer = (one) => `${one.log} ${one.index} ${one.leaf}`;

async function keyFor(bundle, name) {
  const stem = `${name}.log`;
  if (!bundle.has(`${stem}.entry.json`)) return bundle.key;
  const { deployer, use: wanted } = bundle.record;
  return (await openRegistration(bundle, stem, { deployer, use: wanted })).key;
}

async function later(bundle, name, known) {
  const bytes = await bundle.read(`${name}.record.json`);
  const said = readRecord(bytes);
  const key = await keyFor(bundle, name);
  const leaf = await leafHash(bytes);
  const proof = await bundle.read(`${name}.tlog-proof`);
  const head = await expectPlaced(leaf, proof, (note) => openCheckpoint(note, key));
  const of = said.of === undefined ? undefined : known.get(pointer(said.of));
  expect(of !== undefined, "A later record does not point to this decision.");
  const own = { log: head.origin, index: head.index, leaf: hex(leaf) };
  expect(!known.has(pointer(own)), "A later record stands here twice.");
  // One checkpoint of each log, or two histories of it could be shown side by side.
  const top = `${head.size} ${hex(head.root)}`;
  const same = (bundle.tops.get(own.log) ?? top) === top;
  expect(same, "A later record stands under another checkpoint than others of its log.");
  bundle.tops.set(own.log, top);
  expect(own.log !== said.of.log || own.index > said.of.index,
    "A later record is earlier than what it points to.");
  known.set(pointer(own), own);
  bundle.note(`${said.kind} of ${said.time}`, [said.role, said.result].filter(Boolean).join(", "));
  bundle.later.push(said);
}

/** 9. Later records stand in the decision log and point to this one. */
export async function human(bundle) {
  bundle.later = [];
  const first = bundle.manifest.decision;
  bundle.tops = new Map([[bundle.key.name, `${bundle.head.size} ${hex(bundle.head.root)}`]]);
  const known = new Map([[pointer(first), first]]);
  for (const name of laterNames(bundle)) await later(bundle, name, known);
  const contests = bundle.later.filter((one) => one.kind.startsWith("contest")).length;
  bundle.expectCounted("human", bundle.later.length - contests);
  bundle.expectCounted("contest", contests);
  return aftermath(bundle.record, bundle.later);
}

function aftermath(record, found) {
  const kinds = found.map((one) => one.kind);
  if (record.state === "proposed" && !kinds.includes("outcome")) {
    throw new NotDone("No human's outcome is here: the proposal is undecided.");
  }
  if (record.state === "opened" && !kinds.includes("closed")) {
    throw new NotDone("The answer was begun, and no record here says that it ended.");
  }
  if (found.length === 0) return "No later record points to the decision, and none had to.";
  const told = found.map((one) => one.kind + (one.result === undefined ? "" : ` (${one.result})`));
  return `What came after stands in the decision log and points to it: ${told.join(", then ")}.`;
}
