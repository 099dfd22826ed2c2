// What the checks share: the bundle's files, and what of them was established so far.
import { equal, expect, hex, isHex, NotDone, seconds, whole } from "./base.js";
import { canonical, isObject, list, readObject, string } from "./json.js";
import { sha256 } from "./keys.js";
import { leafHash } from "./merkle.js";
import { expectLogged } from "./policy.js";
import { readEntry, readStatement } from "./statement.js";
import { Directory } from "./trust.js";

const MEMBERS = "asOf,decision,files,format,kind,madeAt,madeBy,sections,tool";
const WITH_INSPECTION = "asOf,decision,files,format,inspection,kind,madeAt,madeBy,sections,tool";

/** Read `manifest.json`. */
export function readManifest(bytes) {
  const found = readObject(bytes, "manifest.json");
  expect(found.format === "sunlit-bundle/1" && found.kind === "decision",
    "This bundle is of another kind or version.");
  const names = Object.keys(found).sort().join();
  const fits = (names === MEMBERS || names === WITH_INSPECTION) && isObject(found.files) &&
    isObject(found.sections) && isObject(found.decision) && equal(canonical(found), bytes);
  expect(fits, "manifest.json is malformed.");
  for (const row of Object.values(found.files)) {
    const good = isObject(row) && Object.keys(row).sort().join() === "sha256,size";
    expect(good && isHex(row.sha256, 64), "manifest.json is malformed.");
    whole(row.size, "A size in manifest.json");
  }
  const { log, index, leaf, id } = found.decision;
  const points = typeof log === "string" && isHex(leaf, 64) && isHex(id, 32);
  expect(points, "manifest.json does not name a decision.");
  whole(index, "The decision's place");
  seconds(found.madeAt, "A time in manifest.json");
  seconds(found.asOf, "A time in manifest.json");
  return found;
}

/** One bundle under examination, with the trust file of the reader. */
export class Bundle {
  constructor(archive, at) {
    this.archive = archive;
    this.at = at;
    this.details = [];
    this.others = []; // entries outside `statements/` that stand in a log
  }

  has(name) {
    return this.archive.has(name);
  }

  read(name) {
    return this.archive.read(name);
  }

  /** Note something for the details of the check at hand. */
  note(name, value) {
    this.details.push([name, String(value)]);
  }

  /** Check that an entry stands in a log of the trust file under its quorum; return it. */
  async logged(stem) {
    const bytes = await this.read(`${stem}.entry.json`);
    const proof = await this.read(`${stem}.tlog-proof`);
    const leaf = await leafHash(bytes);
    const place = await expectLogged(leaf, proof, this.trust.policy);
    const entry = await readEntry(bytes);
    return { entry, place, statement: readStatement(entry.envelope) };
  }

  /** Check that the manifest counts what is there. */
  expectCounted(section, there) {
    const said = this.manifest.sections[section];
    expect(said === there, `The manifest counts something else for ${section} than there is.`);
  }

  /** Take note of the entries outside `statements/` that stand in a log. */
  async gather(stems) {
    for (const stem of stems) {
      try {
        this.others.push(await this.logged(stem));
      } catch {
        // The check that needs it reads it again, and says what is wrong.
      }
    }
  }

  /** Read the statements of the bundle once, those that stand in a log, in their order. */
  async statements() {
    if (this.found === undefined) this.found = await this.readStatements();
    return this.found;
  }

  async readStatements() {
    const rows = readRows(await this.read("statements/index.json"));
    const found = [];
    for (const row of rows) {
      try {
        found.push({ row, ...(await this.logged(`statements/${row.file}`)) });
      } catch (error) {
        found.push({ row, error });
      }
    }
    return found;
  }

  /** Return who may sign what by the trust file and the statements that stand in its logs. */
  async directory() {
    if (this.known !== undefined) return this.known;
    const directory = new Directory(this.trust);
    const found = await this.statements().catch(() => []); // check 10 says what is wrong
    const whole = found.filter((one) => one.error === undefined);
    const rank = (one) =>
      this.trust.policy.logs.findIndex((log) => log.key.name === one.place.origin);
    whole.sort((left, right) => left.entry.admitted - right.entry.admitted ||
      rank(left) - rank(right) || left.place.index - right.place.index);
    for (const one of whole) await learn(directory, one);
    this.known = directory;
    return directory;
  }

  /** Check that an operator key of an organisation signed an entry. */
  async expectOperator(one, organisation, what) {
    const found = await (await this.directory()).signersOf(one);
    const holds = found.some((key) =>
      key.organisation === organisation && key.roles.includes("operator"));
    expect(holds, `${what} is not signed by an operator of ${organisation}.`);
  }
}

// The manifest's sections that hold statements, and that of who may say what.
export const COUNTED = [
  "release", "provenance", "assurance", "risk", "incidents", "exemptions",
];
const SECTIONS = ["authority", ...COUNTED];

function readRows(bytes) {
  const what = "The list of statements";
  const document = readObject(bytes, what);
  const members = Object.keys(document).sort().join();
  const fits = members === "statements,v" && document.v === 1 && equal(canonical(document), bytes);
  expect(fits, `${what} is malformed.`);
  return list(document.statements, what).map((row) => {
    const good = isObject(row) && SECTIONS.includes(row.section) &&
      Object.keys(row).sort().join() === "file,index,log,section,statement";
    expect(good, `${what} is malformed.`);
    whole(row.index, "A statement's place");
    for (const name of ["file", "log", "statement"]) string(row[name], what);
    return row;
  });
}

async function learn(directory, one) {
  try {
    await directory.learn(one);
  } catch (error) {
    if (error instanceof NotDone) throw error;
    // What is malformed is never acted on, as the command line does.
  }
}

export const digest = async (bytes) => hex(await sha256(bytes));
