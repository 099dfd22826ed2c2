// The eleven numbered checks of spec/bundle.md, and what each rests on.
import { Failed, NotDone } from "./base.js";
import { Bundle } from "./bundle.js";
import * as log from "./check-log.js";
import { statements } from "./check-statements.js";
import * as use from "./check-use.js";
import { Archive } from "./zip.js";

const NAMES = [
  "files", "trust", "registration", "record", "anchors", "opening", "token", "use", "human",
  "statements", "findings",
];
const RESTS_ON = {
  registration: ["trust"], record: ["registration"], anchors: ["record"], opening: ["record"],
  token: ["trust", "record"], use: ["token"], human: ["record"], statements: ["trust"],
  findings: ["token", "statements"],
};
// `use` tells of reviews, which `human` finds.
const ORDER = [...NAMES.slice(0, 7), "human", "use", "statements", "findings"];
const CANNOT_READ = "Not looked at, because the bundle cannot be read.";

async function findings() {
  throw new NotDone("This needs the command line: sunlit verify BUNDLE --trust FILE.");
}

const CHECKS = { ...log, ...use, statements, findings };

function ended(name, error) {
  if (error instanceof NotDone) return { name, outcome: "Not done", words: error.message };
  if (error instanceof Failed) return { name, outcome: "Failed", words: error.message };
  // Hostile bytes may bring about what nobody thought of; it does not pass.
  return { name, outcome: "Failed", words: "This is malformed in a way that cannot be read." };
}

async function oneCheck(name, bundle, trustBytes, done) {
  for (const other of RESTS_ON[name] ?? []) {
    if (done.get(other).outcome !== "Passed") {
      const number = NAMES.indexOf(other) + 1;
      const words = `Not looked at, because check ${number} did not pass.`;
      return { name, outcome: "Not done", words };
    }
  }
  bundle.details = [];
  try {
    const words = await CHECKS[name](bundle, trustBytes);
    return { name, outcome: "Passed", words, details: bundle.details };
  } catch (error) {
    return { ...ended(name, error), details: bundle.details };
  }
}

/** Run every check over a bundle's bytes and a trust file's bytes, as of `at` (seconds). */
export async function verify(bundleBytes, trustBytes, at) {
  const done = new Map();
  try {
    const bundle = new Bundle(new Archive(bundleBytes), at);
    await log.takeManifest(bundle);
    for (const name of ORDER) done.set(name, await oneCheck(name, bundle, trustBytes, done));
  } catch (error) {
    const rest = NAMES.slice(1).map((name) => ({ name, outcome: "Not done", words: CANNOT_READ }));
    return number([ended("files", error), ...rest]);
  }
  return number(NAMES.map((name) => done.get(name)));
}

const number = (checks) => checks.map((check, at) => ({ number: at + 1, details: [], ...check }));
