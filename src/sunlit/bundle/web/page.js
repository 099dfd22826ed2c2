// The page: takes two files from the reader, shows what the checks say. Text goes in as text only.
import { verify } from "./checks.js";

const chosen = { bundle: null, trust: null };
const byId = (id) => document.getElementById(id);

function show(kind, file) {
  chosen[kind] = file;
  byId(`${kind}-name`).textContent = file === null ? "No file chosen yet." : `Chosen: ${file.name}`;
  byId("say").textContent = "";
}

function take(files) {
  for (const file of files) show(file.name.toLowerCase().endsWith(".zip") ? "bundle" : "trust", file);
}

function element(name, words) {
  const made = document.createElement(name);
  made.textContent = words;
  return made;
}

function fill(check) {
  const line = byId(`check-${check.name}`);
  line.dataset.outcome = check.outcome;
  line.querySelector(".outcome").textContent = check.outcome;
  line.querySelector(".words").textContent = check.words;
  const details = line.querySelector("details");
  details.hidden = check.details.length === 0;
  const rows = check.details.flatMap(([name, value]) => [element("dt", name), element("dd", value)]);
  details.querySelector("dl").replaceChildren(...rows);
}

function headline(checks) {
  const count = (outcome) => checks.filter((one) => one.outcome === outcome).length;
  const [failed, missing] = [count("Failed"), count("Not done")];
  const numbers = (outcome) =>
    checks.filter((one) => one.outcome === outcome).map((one) => one.number).join(", ");
  if (failed > 0) return ["failed", `This bundle does not hold. Failed: check ${numbers("Failed")}.`];
  if (count("Passed") < 2) return ["open", "Nothing was shown: the checks could not be done."];
  if (missing > 0) {
    const words = `Nothing failed. ${count("Passed")} checks passed; not done: check `;
    return ["open", `${words}${numbers("Not done")}.`];
  }
  return ["passed", "Every check passed."];
}

function report(checks, at) {
  checks.forEach(fill);
  const [kind, words] = headline(checks);
  const time = new Date(at * 1000).toISOString().replace("T", " ").slice(0, 19);
  byId("result").hidden = false;
  byId("result").dataset.kind = kind;
  byId("result-title").textContent = words;
  byId("result-files").textContent =
    `${chosen.bundle.name}, against the trust file ${chosen.trust.name}, checked at ${time} UTC ` +
    "by this computer's clock.";
  byId("result-title").focus();
}

const bytesOf = async (file) => new Uint8Array(await file.arrayBuffer());

async function run() {
  if (chosen.bundle === null || chosen.trust === null) {
    byId("say").textContent = "Choose both files first: the bundle, and your own trust file.";
    return;
  }
  byId("run").disabled = true;
  byId("result").hidden = true;
  byId("say").textContent = "Checking…";
  try {
    const at = Math.floor(Date.now() / 1000);
    const checks = await verify(await bytesOf(chosen.bundle), await bytesOf(chosen.trust), at);
    byId("say").textContent = "";
    report(checks, at);
  } catch {
    byId("say").textContent = "A file could not be read. Choose it again.";
  }
  byId("run").disabled = false;
}

function start() {
  if (globalThis.crypto?.subtle === undefined || globalThis.DecompressionStream === undefined) {
    byId("say").textContent = "This browser cannot do the checks on this connection. Save this page " +
      "and open it from your disk, use a newer browser, or use the command line.";
    return;
  }
  for (const kind of ["bundle", "trust"]) {
    const input = byId(`${kind}-file`);
    input.addEventListener("change", () => show(kind, input.files[0] ?? null));
    input.disabled = false;
  }
  const drop = byId("drop");
  drop.addEventListener("dragover", (event) => event.preventDefault());
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    take(event.dataTransfer.files);
  });
  byId("run").addEventListener("click", run);
  byId("run").disabled = false;
}

start();
