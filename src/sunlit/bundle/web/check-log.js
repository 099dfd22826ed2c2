// Checks 1 to 6: the files, the trust file, the decision log, the record, anchors, opening.
import { base64, expect, hex, iso, NotDone, seconds, unhex, utf8 } from "./base.js";
import { digest, readManifest } from "./bundle.js";
import { isObject, list, readObject, string } from "./json.js";
import { expectConsistency, hashes, leafHash } from "./merkle.js";
import { expectPlaced, logKey, openCheckpoint } from "./note.js";
import { expectOpened, readRecord } from "./record.js";
import { commitment, isAbout, namedDigest } from "./statement.js";
import { expectCurrent, readTrust } from "./trust.js";

const REGISTRATION = "urn:sunlit:decision:log:v1";
const ANCHOR = "urn:sunlit:decision:anchor:v1";
const SKEW = 300; // seconds: two clocks of one deployer may differ by this much

/** Return the names of the later records, without their endings, in order. */
export const laterNames = (bundle) =>
  bundle.archive.names
    .filter((name) => name.startsWith("decision/later/") && name.endsWith(".record.json"))
    .sort((one, other) => one.length - other.length || (one < other ? -1 : 1)) // 100 after 99
    .map((name) => name.slice(0, -".record.json".length));

const few = (names) => names.slice(0, 5).join(", ") + (names.length > 5 ? ", …" : "");

/** 1. Every file is the one that the manifest lists; none is missing, none was added. */
export async function files(bundle) {
  const listed = bundle.manifest.files;
  const there = bundle.archive.names.filter((name) => name !== "manifest.json");
  const missing = Object.keys(listed).filter((name) => !there.includes(name));
  expect(missing.length === 0, `Files that the manifest lists are missing: ${few(missing)}.`);
  const added = there.filter((name) => !(name in listed));
  expect(added.length === 0, `There are files that the manifest does not list: ${few(added)}.`);
  const changed = [];
  for (const [name, row] of Object.entries(listed)) {
    const same = bundle.archive.size(name) === row.size &&
      (await digest(await bundle.read(name))) === row.sha256;
    if (!same) changed.push(name);
  }
  expect(changed.length === 0, `Files are not those that the manifest lists: ${few(changed)}.`);
  return `All ${there.length} files are those that the manifest lists.${unchecked(there)}`;
}

const PAGES = ["index.html", "verify.html", "bundle.pdf"];
const LOGGED = "(?:entry\\.json|tlog-proof)";
const KNOWN = new RegExp([
  "^(?:(?:findings|rubric|trust)\\.json|index\\.html|verify\\.html|bundle\\.pdf",
  "decision/(?:record\\.json|record\\.tlog-proof|opening\\.json)",
  `decision/later/\\d{2,4}\\.(?:record\\.json|opening\\.json|tlog-proof|log\\.${LOGGED})`,
  `log/registration\\.${LOGGED}`, `statements/(?:index\\.json|\\d{5}\\.${LOGGED})`,
  `anchors/(?:before|after)\\.(?:${LOGGED}|opening\\.json|consistency\\.json)`,
  `token/(?:token\\.jwt|grant\\.${LOGGED}|status\\.jwt|manifest\\.json|label\\.txt)`,
  "releases/[0-9a-f]{64}\\.json)$",
].join("|"));

/** Say which files no check compares with the evidence. */
function unchecked(there) {
  const pages = PAGES.filter((name) => there.includes(name)).join(", ");
  const odd = there.filter((name) => !KNOWN.test(name)).sort();
  return (pages === "" ? "" : ` No check looks at what its maker wrote in ${pages}.`) +
    (odd.length === 0 ? "" : ` No bundle has these, and no check looks at them: ${few(odd)}.`);
}

/** Read the manifest, if it can be read; check 1 says why where it cannot. */
export async function takeManifest(bundle) {
  expect(bundle.has("manifest.json"), "The bundle has no manifest.json.");
  bundle.manifest = readManifest(await bundle.read("manifest.json"));
}

/** 2. The reader's own trust file is in force now. */
export async function trust(bundle, bytes) {
  const found = await readTrust(bytes);
  bundle.note("SHA-256 of your trust file", await digest(bytes));
  bundle.note("Signed by", `${found.signed} of its root keys; ${found.threshold} are needed`);
  expectCurrent(found, bundle.at);
  bundle.trust = found;
  const others = laterNames(bundle).map((name) => `${name}.log`);
  await bundle.gather(["log/registration", "anchors/before", "anchors/after", ...others]);
  const entries = [...(await bundle.statements().catch(() => [])), ...bundle.others];
  for (const { entry } of entries) if (entry !== undefined) expectPast(bundle, entry.admitted);
  return `Version ${found.version} of your trust file is in force until ${iso(found.expires)}.`;
}

/** What a bundle holds had happened by now, or this computer's clock is wrong. */
function expectPast(bundle, seen) {
  const words = `This computer's clock is wrong: the bundle holds what happened at ${iso(seen)}.`;
  if (seen > bundle.at + SKEW) throw new NotDone(words);
}

/** Check who registered a decision log; `asked` says what is asked of it. Return its key. */
export async function openRegistration(bundle, stem, asked) {
  const found = await bundle.logged(stem);
  const { entry, statement, place } = found;
  const said = statement.predicate;
  expect(statement.type === REGISTRATION, "The registration is another statement.");
  const origin = string(said.origin, "The decision log's origin");
  const deployer = asked.deployer ?? string(said.deployer, "The deployer");
  await bundle.expectOperator(found, deployer, "The registration");
  expect(said.deployer === deployer, "Another organisation registered the decision log.");
  const about = isAbout(statement, await namedDigest("decision-log", origin));
  expect(about && (asked.origin ?? origin) === origin, "The registration is of another log.");
  const use = said.use ?? asked.use;
  expect(asked.use === undefined || use === asked.use, "The log is registered for another use.");
  const late = asked.by !== undefined && entry.admitted > asked.by + SKEW;
  expect(!late, "The decision log was registered after the record.");
  seconds(said.registeredOn, "The time of a registration");
  const key = await logKey(string(said.vkey, "The decision log's key"));
  expect(key.name === origin, "The registered key is another log's.");
  return { key, vkey: said.vkey, place, entry, deployer };
}

async function asks(bundle) {
  const { log: origin } = bundle.manifest.decision;
  try {
    const said = readRecord(await bundle.read("decision/record.json"));
    return { origin, deployer: said.deployer, use: said.use, by: said.at };
  } catch {
    return { origin }; // that is for check 4 to say
  }
}

/** 3. The deployer registered this decision log, in a witnessed log, no later than the record. */
export async function registration(bundle) {
  const found = await openRegistration(bundle, "log/registration", await asks(bundle));
  bundle.key = found.key;
  bundle.note("Decision log", found.key.name);
  bundle.note("Its key", found.vkey);
  bundle.note("Registered in", `${found.place.origin}, entry ${found.place.index}`);
  bundle.note("Witnesses that confirmed it", found.place.witnesses.join(", ") || "none asked for");
  return `${found.deployer} registered the decision log on ${iso(found.entry.admitted)}.`;
}

/** 4. The record stands at its index in that decision log. */
export async function record(bundle) {
  const bytes = await bundle.read("decision/record.json");
  const leaf = await leafHash(bytes);
  const { index, log, id } = bundle.manifest.decision;
  expect(hex(leaf) === bundle.manifest.decision.leaf, "The record is not the one asked for.");
  const proof = await bundle.read("decision/record.tlog-proof");
  const found = await expectPlaced(leaf, proof, (note) => openCheckpoint(note, bundle.key));
  expect(found.index === index, "The record stands at another place than the manifest says.");
  const said = readRecord(bytes);
  expect(said.kind === "decision" && said.id === id, "The record is not the decision asked for.");
  expectPast(bundle, said.at);
  bundle.record = said;
  bundle.head = found;
  bundle.note("Leaf hash", hex(leaf));
  bundle.note("Root of the decision log", hex(found.root));
  return `The record is number ${index} of ${found.size} in the decision log ${log}.`;
}

const COUNTED = [
  "decisions", "refusals", "closed", "outcomes", "contests", "contestResults", "reviews", "accesses",
];

/** Return the counts of the kinds that a log holds; as in Python, no other count counts. */
function readCounts(counts, size) {
  expect(isObject(counts), "An anchor counts nothing.");
  const known = COUNTED.filter((kind) => kind in counts).map((kind) => [kind, counts[kind]]);
  const good = known.every(([, one]) => Number.isSafeInteger(one) && one >= 0);
  const sum = known.reduce((total, [, one]) => total + one, 0);
  expect(good && sum === size, "An anchor's counts do not sum to its size.");
  return Object.fromEntries(known);
}

async function anchoredBy(bundle, name, said) {
  if (said.commitment === undefined) return said;
  const open = ["checkpoint", "size", "counts"].some((member) => said[member] !== undefined);
  expect(!open, "An anchor is open and closed at once.");
  const opening = readObject(await bundle.read(`anchors/${name}.opening.json`), "An opening");
  expect(opening.v === 1, "The opening of an anchor is malformed.");
  const content = utf8(string(opening.content, "What an anchor commits to"));
  const made = await commitment(unhex(opening.salt, 64, "An anchor's salt"), content);
  expect(made === said.commitment, "The opening of an anchor is not what it committed to.");
  return readObject(content, "What an anchor commits to");
}

async function anchor(bundle, name) {
  const found = await bundle.logged(`anchors/${name}`);
  const { entry, statement, place } = found;
  const said = statement.predicate;
  const ours = statement.type === ANCHOR && said.origin === bundle.key.name &&
    said.deployer === bundle.record.deployer;
  expect(ours, `The anchor ${name} is not one of this decision log.`);
  await bundle.expectOperator(found, said.deployer, `The anchor ${name}`);
  const opened = await anchoredBy(bundle, name, said);
  const note = utf8(string(opened.checkpoint, "An anchor's checkpoint"));
  const head = await openCheckpoint(note, bundle.key);
  expect(head.size === opened.size, "An anchor's checkpoint and size do not belong together.");
  const known = readCounts(opened.counts, head.size);
  await expectGrown(bundle, name, head);
  const counts = Object.entries(known).map(([kind, count]) => `${count} ${kind}`);
  bundle.note(`Anchor ${name}`, `${iso(entry.admitted)}, ${place.origin}, entry ${place.index}`);
  bundle.note(`Records counted ${name}`, counts.join(", ") || "none");
  const anchoredOn = seconds(said.anchoredOn, "An anchor's time");
  return { at: entry.admitted, anchoredOn, size: head.size, counts: known };
}

async function expectGrown(bundle, name, head) {
  const path = `anchors/${name}.consistency.json`;
  const found = readObject(await bundle.read(path), "A proof that the log grew");
  const rows = list(found.hashes, "A proof's hashes").map((one) => base64(one, "A hash"));
  const [older, newer] = head.size <= bundle.head.size ? [head, bundle.head] : [bundle.head, head];
  const sizes = found.v === 1 && found.oldSize === older.size && found.newSize === newer.size;
  expect(sizes, "A proof that the log grew is of other sizes.");
  await expectConsistency(older, newer, hashes(rows));
}

/** 5. The log only grew from the anchor before to the anchor after. */
export async function anchors(bundle) {
  const before = bundle.has("anchors/before.entry.json") ? await anchor(bundle, "before") : null;
  const after = bundle.has("anchors/after.entry.json") ? await anchor(bundle, "after") : null;
  const { index } = bundle.manifest.decision;
  const { at } = bundle.record;
  expect(before === null || before.size <= index, "The anchor before already covers the record.");
  expect(after === null || after.size > index, "The anchor after does not cover the record.");
  const fewer = Object.entries(after === null ? {} : (before?.counts ?? {})).some(
    ([kind, count]) => (after.counts[kind] ?? 0) < count);
  expect(!fewer, "The anchor before counts more records than the one after.");
  // Back-dated by whoever writes the log: the clock is the deployer's, the anchors are not.
  const early = before !== null && at < before.anchoredOn - SKEW;
  const late = after !== null && at > after.at + SKEW;
  expect(!early && !late, "The record's own time cannot be right, by the anchors.");
  if (after === null) throw new NotDone("The record is not anchored yet: no anchor came after it.");
  const start = before !== null ? ` The anchor before it is of ${iso(before.at)}.` :
    " No anchor before it is here: when until then it was written, only the deployer's clock says.";
  return `The record is unchanged since ${iso(after.at)}, and the log only grew.${start}`;
}

/** 6. Every value shown is the one that was committed to. */
export async function opening(bundle) {
  let count = 0;
  if (bundle.has("decision/opening.json")) {
    const names = await expectOpened(await bundle.read("decision/opening.json"), bundle.record);
    const closed = Object.keys(bundle.record.commit).filter((name) => !names.includes(name));
    bundle.note("Opened", names.join(", ") || "nothing");
    bundle.note("Not opened", closed.join(", ") || "nothing");
    count += names.length;
  }
  for (const name of laterNames(bundle)) {
    if (!bundle.has(`${name}.opening.json`)) continue;
    const later = readRecord(await bundle.read(`${name}.record.json`));
    count += (await expectOpened(await bundle.read(`${name}.opening.json`), later)).length;
  }
  if (count === 0) throw new NotDone("No value is opened here: erased, or kept closed.");
  return `All ${count} values shown are those that the records committed to.`;
}
