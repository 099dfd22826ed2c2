// Check 10: the statements that governed the decision, each by who it says, each in a log.
import { expect, hex, NotDone } from "./base.js";
import { COUNTED } from "./bundle.js";

// The predicate types that are known, and which member names who speaks, where one does.
const SPEAKERS = {
  "https://in-toto.io/attestation/release/v0.1": null,
  "https://in-toto.io/attestation/test-result/v0.1": null,
  "https://slsa.dev/provenance/v1": null,
  "urn:sunlit:assurance:attestation:v1": "assessor",
  "urn:sunlit:assurance:change-plan:v1": "assessor",
  "urn:sunlit:assurance:bias-audit:v1": null,
  "urn:sunlit:assurance:counter-evidence:v1": "assessor",
  "urn:sunlit:assurance:effort:v1": "organisation",
  "urn:sunlit:assurance:reply:v1": "organisation",
  "urn:sunlit:assurance:weight-binding:v1": "boundBy",
  "urn:sunlit:assurance:withdrawal:v1": null,
  "urn:sunlit:authority:accreditation:v1": null,
  "urn:sunlit:authority:conflict:v1": null,
  "urn:sunlit:authority:key:v1": null,
  "urn:sunlit:authority:log-closed:v1": null,
  "urn:sunlit:authority:organisation:v1": null,
  "urn:sunlit:authority:revocation:v1": null,
  "urn:sunlit:decision:anchor:v1": "deployer",
  "urn:sunlit:decision:erasure:v1": "deployer",
  "urn:sunlit:decision:hold:v1": "deployer",
  "urn:sunlit:decision:log:v1": "deployer",
  "urn:sunlit:decision:retention:v1": "deployer",
  "urn:sunlit:incident:problem:v1": null,
  "urn:sunlit:incident:problem-update:v1": null,
  "urn:sunlit:interop:imported-record:v1": null,
  "urn:sunlit:lifecycle:publication:v1": "organisation",
  "urn:sunlit:lifecycle:registration:v1": "organisation",
  "urn:sunlit:lifecycle:token-grant:v1": "issuer",
  "urn:sunlit:lifecycle:token-status:v1": null,
  "urn:sunlit:openness:guarded-read:v1": null,
  "urn:sunlit:openness:licence:v1": null,
  "urn:sunlit:privacy:mask:v1": null,
  "urn:sunlit:privacy:minimisation:v1": null,
  "urn:sunlit:privacy:reidentification:v1": null,
  "urn:sunlit:privacy:review:v1": "reviewer",
  "urn:sunlit:privacy:review-request:v1": null,
  "urn:sunlit:privacy:scan:v1": null,
  "urn:sunlit:privacy:synthesis:v1": null,
  "urn:sunlit:provenance:component:v1": null,
  "urn:sunlit:provenance:dataset:v1": null,
  "urn:sunlit:provenance:documentation:v1": null,
  "urn:sunlit:risk:acceptance:v1": "deployer",
  "urn:sunlit:risk:assessment:v1": "deployer",
  "urn:sunlit:risk:code:v1": "board",
  "urn:sunlit:risk:measure:v1": "deployer",
  "urn:sunlit:risk:mitigation:v1": null,
  "urn:sunlit:risk:recusal:v1": "board",
  "urn:sunlit:risk:session:v1": "board",
  "urn:sunlit:risk:use:v1": "deployer",
  "urn:sunlit:risk:vote:v1": "board",
  "urn:sunlit:statement:opened:v1": null,
  "urn:sunlit:statement:withheld:v1": null,
};
const SECTION_OF = new Map(Object.entries({
  "https://in-toto.io/attestation/release/v0.1": "release",
  "https://in-toto.io/attestation/test-result/v0.1": "assurance",
  "https://slsa.dev/provenance/v1": "provenance", assurance: "assurance", authority: "authority",
  decision: "exemptions", incident: "incidents", interop: "provenance", lifecycle: "release",
  openness: "provenance", privacy: "provenance", provenance: "provenance", risk: "risk",
  statement: "exemptions",
}));
const sectionOf = (type) => SECTION_OF.get(type) ?? SECTION_OF.get(type.split(":")[2]);
const ACTED_ON = ["organisation", "key", "accreditation"].map((one) => `urn:sunlit:authority:${one}:v1`);

function expectListed(bundle, rows) {
  const there = bundle.archive.names
    .filter((name) => name.startsWith("statements/") && name !== "statements/index.json")
    .map((name) => name.slice("statements/".length).split(".")[0]);
  const listed = rows.map((row) => row.file);
  const same = new Set(listed).size === listed.length && listed.every((one) => there.includes(one)) &&
    there.every((one) => listed.includes(one));
  expect(same, "The statements are not those that their list names.");
}

function expectOneHistory(found) {
  const roots = new Map();
  const entries = new Map();
  for (const { place, entry } of found) {
    const top = `${place.origin} ${place.size}`;
    const at = `${place.origin} ${place.index}`;
    const root = hex(place.root);
    const same = (roots.get(top) ?? root) === root && (entries.get(at) ?? entry.envelope.id) ===
      entry.envelope.id;
    expect(same, `The log ${place.origin} shows two histories here: keep this bundle.`);
    roots.set(top, root);
    entries.set(at, entry.envelope.id);
  }
}

async function expectSaid(bundle, directory, one) {
  const { row, entry, statement } = one;
  const what = `Statement ${row.file}`;
  expect(entry.envelope.id === row.statement, `${what} is not the one that the list names.`);
  expect(Object.hasOwn(SPEAKERS, statement.type), `${what} is of an unknown kind.`);
  const signers = await directory.signersOf(one);
  expect(signers.length > 0, `${what} is signed by nobody that your trust file leads to.`);
  if (ACTED_ON.includes(statement.type)) {
    expect(directory.hasActedOn(entry), `${what} is by somebody who may not say it.`);
  }
  const member = SPEAKERS[statement.type];
  const speaks = member === null ||
    signers.some((key) => key.organisation === statement.predicate[member]);
  expect(speaks, `${what} is signed by another organisation than it speaks for.`);
  expect(row.section === sectionOf(statement.type), `${what} is shown in another section.`);
}

/**
 * What stands in a log again counts for those who had not signed it before. Who is who counts once,
 * at its first entry: saying it again changes nothing, here as in the command.
 */
async function expectNew(directory, found) {
  const known = new Map();
  for (const one of found.filter(({ statement }) => !ACTED_ON.includes(statement.type))) {
    const { id } = one.entry.envelope;
    known.set(id, [...(known.get(id) ?? []), one]);
  }
  for (const same of known.values()) {
    const signed = new Set();
    for (const one of same.length > 1 ? same : []) {
      const ids = (await directory.signersOf(one)).map((key) => key.id);
      if (ids.some((id) => signed.has(id))) {
        throw new NotDone("A statement was logged again by the same key: use the command line.");
      }
      for (const id of ids) signed.add(id);
    }
  }
}

/** 10. Each statement is signed by who it says, and stands in a log under a quorum. */
export async function statements(bundle) {
  const found = await bundle.statements();
  expectListed(bundle, found.map((one) => one.row));
  const broken = found.find((one) => one.error !== undefined);
  if (broken !== undefined) throw broken.error;
  for (const { row, place } of found) {
    const same = row.log === place.origin && row.index === place.index;
    expect(same, `Statement ${row.file} stands elsewhere in its log than the list says.`);
  }
  expectOneHistory([...found, ...bundle.others]);
  const once = new Set(found.map(({ row }) => `${row.log} ${row.index}`)).size === found.length;
  expect(once, "An entry of a log stands here twice.");
  const directory = await bundle.directory();
  for (const one of found) await expectSaid(bundle, directory, one);
  await expectNew(directory, found);
  for (const section of COUNTED) {
    const there = found.filter((one) => one.row.section === section).length;
    bundle.expectCounted(section, there);
  }
  const logs = new Set(found.map((one) => one.place.origin));
  bundle.note("Logs", [...logs].join(", "));
  return `All ${found.length} statements are by who they say, and stand in witnessed logs.`;
}
