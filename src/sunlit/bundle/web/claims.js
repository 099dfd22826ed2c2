// What the claim of a statement is made of, as strictly as the command line reads it.
import { expect, NotDone, seconds } from "./base.js";
import { Fraction, isObject } from "./json.js";

// Fields: a name, `?` where it may be absent, `~` where it may be null, and its kind: a plain one,
// `[kind]` for a list, `=a|b` for one of these texts, or one of NESTED. Further fields are allowed.
const CLAIMS = {
  "https://in-toto.io/attestation/release/v0.1": `purl:text releaseId?~:text
    sunlit_maintainer?~:text sunlit_changelog?~:text sunlit_rollback?~:text
    sunlit_releasedOn?~:time`,
  "https://in-toto.io/attestation/test-result/v0.1": `result:=PASSED|WARNED|FAILED
    configuration?:[Resource] url?~:text passedTests?:[text] warnedTests?:[text]
    failedTests?:[text] sunlit_kind?~:text sunlit_tool?~:text sunlit_toolVersion?~:text
    sunlit_metrics?:[Metric] sunlit_testedOn?~:time sunlit_validUntil?~:time sunlit_module?~:text
    sunlit_complete?~:flag sunlit_binding?~:text sunlit_detectors?:[Detector]
    sunlit_sampling?:object sunlit_notTested?:[NotTested] sunlit_network?~:text
    sunlit_contract?~:text sunlit_report?~:Resource`,
  "https://slsa.dev/provenance/v1": `buildDefinition:BuildDefinition runDetails:RunDetails`,
  "urn:sunlit:assurance:attestation:v1": `assessor:text scope:[text] method:text
    result:=PASSED|WARNED|FAILED assessedOn:time validUntil:time tool?~:text toolVersion?~:text
    use?~:text contract?~:text noConflictDeclared?:flag report?~:Resource limits?~:text`,
  "urn:sunlit:assurance:bias-audit:v1": `data:Resource rows:whole favourable:text
    attributes:[Attribute] cube:[Cell] commitment:text floor:whole figures?:[Metric]
    outcome?~:text threshold?~:text adverse?:flag leftToReport?:[text] intervals?:object
    notAnalysed?:[NotTested] binding?~:text tool:text toolVersion:text dataKind?~:text
    auditedOn:time validUntil?~:time contract?~:text report?~:Resource`,
  "urn:sunlit:assurance:change-plan:v1": `assessor:text attestation:text permitted:[text]
    mayChange:[text] retests:[text] limits?:[Metric] validUntil:time`,
  "urn:sunlit:assurance:counter-evidence:v1": `statement:text assessor:text scope:text
    finding:text method?~:text report?~:Resource foundOn:time`,
  "urn:sunlit:assurance:effort:v1": `organisation:text activity:text startedOn:time endedOn:time
    personDays?~:decimal cost?~:decimal currency?~:text contract?~:text`,
  "urn:sunlit:assurance:reply:v1": `organisation:text text:text control?~:text statements?:[text]
    repliedOn:time`,
  "urn:sunlit:assurance:weight-binding:v1": `endpoint:text method:text boundBy:text boundFrom:time
    validUntil:time`,
  "urn:sunlit:assurance:withdrawal:v1": `statement:text reason:text`,
  "urn:sunlit:authority:accreditation:v1": `accreditor:text assessor:text scopes:[text]
    validFrom:time validUntil:time`,
  "urn:sunlit:authority:conflict:v1": `organisation:text withOrganisation?~:text component?~:text
    ground?:text until?~:time`,
  "urn:sunlit:authority:key:v1": `organisation:text key:object
    roles:[=maintainer|assessor|accreditor|board|witness|operator|token-issuer] label?~:text
    validFrom?~:time validUntil?~:time`,
  "urn:sunlit:authority:log-closed:v1": `origin:text successor?~:text reason?:text`,
  "urn:sunlit:authority:organisation:v1": `id:text name:text register?~:text registerId?~:text
    domain?~:text parents?:[text] jurisdiction?~:text`,
  "urn:sunlit:authority:revocation:v1": `keyId:text reason:text compromisedSince?~:time`,
  "urn:sunlit:decision:anchor:v1": `origin:text deployer:text anchoredOn:time checkpoint?~:text
    size?~:whole counts?~:Counts commitment?~:text`,
  "urn:sunlit:decision:erasure:v1": `origin:text index:whole deployer:text legalBasis:text
    stores:whole erasedOn:time`,
  "urn:sunlit:decision:hold:v1": `origin:text deployer:text ground:text indices?:[whole]
    lifted?:flag`,
  "urn:sunlit:decision:log:v1": `origin:text vkey:text deployer:text use?~:text
    registeredOn:time`,
  "urn:sunlit:decision:retention:v1": `use:text deployer:text days:whole legalBasis:text`,
  "urn:sunlit:incident:problem-update:v1": `number:text
    state:=acknowledged|investigating|fixed|not-a-fault|closed note:text updatedOn:time`,
  "urn:sunlit:incident:problem:v1": `number:text component:text release?~:text deployer?~:text
    kind:text receivedOn:time answerBy?~:time commitment:text`,
  "urn:sunlit:interop:imported-record:v1": `register:text record:text title:text publisher:text
    source:text sourceDigest:text licence:text retrievedOn:time publishedOn?~:text fields?:object
    blanks?:[text] cut?:[text]`,
  "urn:sunlit:lifecycle:publication:v1": `organisation:text statement:text decision:text
    reason?~:text`,
  "urn:sunlit:lifecycle:registration:v1": `organisation:text component:text kind:text name:text
    description:text contact?~:text homepage?~:text licence?~:text supplier?~:text contract?~:text
    configuration?~:text source:text sourceDigest?~:text asked?:[text] askedOn?~:time`,
  "urn:sunlit:lifecycle:token-grant:v1": `issuer:text kind:=full|restricted|pilot component:text
    version?~:text release:text use:text deployer:text code:text codeScheme:text ceiling:whole
    rubric:text engine:text logOrigin:text logSize:whole conformity:text grantedOn:time
    validFrom:time validUntil:time statusList:text statusIndex:whole permitted:[text]
    prohibited?:[text] constraints?:[text] oversight:text fallback:text breakGlass?~:text
    jurisdictions?:[text] dataClasses?:[text] minimumBinding:text restsOn?:[text]
    openFindings?:[text] description?~:text maintainer?~:text assessors?:[text] tier?~:text`,
  "urn:sunlit:lifecycle:token-status:v1": `grant:text status:=valid|invalid|suspended
    reason:text`,
  "urn:sunlit:openness:guarded-read:v1": `artefact:text component?~:text organisation:text
    role:text purpose:text readOn:time`,
  "urn:sunlit:openness:licence:v1": `covers:text declared?~:text expression?~:text
    osiApproved?~:flag foundIn?~:text unknownTerms?:[text]`,
  "urn:sunlit:privacy:mask:v1": `tool:text source:Resource plan:Resource recognisers:text
    columns?:[MaskedColumn] rowsIn:whole rowsOut:whole survivors?:whole keyId?~:text
    report?~:Resource maskedOn:time`,
  "urn:sunlit:privacy:minimisation:v1": `tool:text source:Resource purpose:text used?:[text]
    usedBy:text model?~:Resource dropped?:[text] kept?:[text] report?~:Resource minimisedOn:time`,
  "urn:sunlit:privacy:reidentification:v1": `tool:text profile:text rows:whole classes:whole
    quasiIdentifiers?:[text] chosen:text leftOut?:[text] sensitiveAttributes?:[text]
    population?~:whole figures?:[Figure] risk:decimal threshold:decimal seed?~:whole
    report?~:Resource measuredOn:time`,
  "urn:sunlit:privacy:review-request:v1": `component?~:text purpose:text reasons?:[text]
    wentOn?:flag openedOn:time`,
  "urn:sunlit:privacy:review:v1": `reviewer:text decision:=accept|refuse purpose:text
    component?~:text statements?:[text] conditions?:[text] reasons:text noConflictDeclared?:flag
    reviewedOn:time validUntil:time`,
  "urn:sunlit:privacy:scan:v1": `tool:text recognisers:text namesModel?~:text files:whole
    rows:whole columns?:[text] found?:[Found] notListed?:whole freeText?:[text] sensitive:flag
    grounds?:[text] residual?~:decimal residualHigh?~:decimal unread?:[text] report?~:Resource
    scannedOn:time`,
  "urn:sunlit:privacy:synthesis:v1": `tool:text source:Resource method:text library:text
    epsilon?~:decimal delta?~:decimal seed?~:whole rows:whole utility?:[Figure] privacy?:[Figure]
    report?~:Resource synthesisedOn:time`,
  "urn:sunlit:provenance:component:v1": `purl:text version:text kind:text files:whole bytes:whole
    description?~:text maintainer?~:text contact?~:text target?~:text intendedUse?~:text
    omsRoot?~:text modelFiles?:[text]`,
  "urn:sunlit:provenance:dataset:v1": `name:text licence?~:text source?~:text rows?~:whole
    columns?:[text] sensitiveColumns?~:[text] usedFor?:[text]`,
  "urn:sunlit:provenance:documentation:v1": `card:text path:text present?:[text] empty?:[text]
    missing?:[text] metadata?:object`,
  "urn:sunlit:risk:acceptance:v1": `use:text deployer:text what:text reason:text owner:text
    acceptedOn:time validUntil:time`,
  "urn:sunlit:risk:assessment:v1": `use:text deployer:text component?~:text questions:text
    answers:object impactRaw:whole impactMax:whole autonomyLevel:whole area:whole row?~:text
    facts?:object assessedOn:time validUntil:time`,
  "urn:sunlit:risk:code:v1": `board:text release:text use:text deployer:text scheme:text
    schemeDigest:text digits:text ceiling:whole tier:=low|medium|high|critical votes:[text]
    dissents?:[text] validUntil:time`,
  "urn:sunlit:risk:measure:v1": `use:text deployer:text topic:text text:text evidence?~:Resource
    owner?~:text decidedOn:time validUntil:time`,
  "urn:sunlit:risk:mitigation:v1": `practice:text use:text deployer:text evidence?~:text
    evidenceDigest?~:text notNeededGround?~:text validUntil:time owner?~:text due?~:time`,
  "urn:sunlit:risk:recusal:v1": `board:text release:text use:text deployer:text reason:text
    recusedOn:time`,
  "urn:sunlit:risk:session:v1": `board:text release:text use:text deployer:text scheme:text
    openedOn:time closesOn:time documents?:[Resource] note?~:text`,
  "urn:sunlit:risk:use:v1": `id:text deployer:text component:text description:text area:whole
    owner?~:text furtherAreas?:[whole] prohibitedPractice?~:text need?~:text target?~:text
    targetFits?~:text oversight?~:text fallback?~:text breakGlass?~:text jurisdictions?:[text]
    dataClasses?:[text] permitted?:[text] prohibited?:[text] minimumBinding?~:text
    affected?~:text`,
  "urn:sunlit:risk:vote:v1": `board:text release:text use:text deployer:text scheme:text
    area:whole impactRaw:whole impactMax:whole autonomyLevel:whole ceiling:whole dissent?~:text
    votedOn?~:time validUntil:time`,
  "urn:sunlit:statement:opened:v1": `statement:text salt:text`,
  "urn:sunlit:statement:withheld:v1": `commitment:text ground:text approvedBy:text expiresAt:time
    audiences:[text]`,
};
const NESTED = {
  "Attribute": `name:text characteristic:text unknown?~:whole reference?~:text
    referenceRule?~:text excluded?:[NotTested]`,
  "BuildDefinition": `buildType:text externalParameters:object internalParameters?:object
    resolvedDependencies?:[Resource]`,
  "BuildMetadata": `invocationId?~:text startedOn?~:time finishedOn?~:time`,
  "Builder": `id:text version?:object`,
  "Cell": `group?:object rows?~:whole selected?~:whole tp?~:whole fp?~:whole fn?~:whole tn?~:whole
    suppressed?:flag`,
  "Counts": `decisions?:whole refusals?:whole closed?:whole outcomes?:whole contests?:whole
    contestResults?:whole reviews?:whole accesses?:whole`,
  "Detector": `id:text version?~:text calibratedOn?~:Resource positives?~:whole missed?~:whole
    negatives?~:whole falseAlarms?~:whole`,
  "Figure": `name:text value?~:decimal low?~:decimal high?~:decimal attribute?~:text
    threshold?~:decimal source?~:text met?~:flag note?~:text`,
  "Found": `column?~:text kind:text category:text by:text rows:whole hits:whole rate:decimal
    low:decimal high:decimal confidence:decimal`,
  "MaskedColumn": `column?~:text method:text changed:whole`,
  "Metric": `name:text value:decimal threshold?~:decimal better?~:text group?~:text rows?~:whole
    count?~:whole low?~:decimal high?~:decimal method?~:text detector?~:text`,
  "NotTested": `what:text reason:text`,
  "Resource": `name?~:text uri?~:text digest?:object annotations?:object`,
  "RunDetails": `builder:Builder metadata?~:BuildMetadata byproducts?:[Resource]`,
};
const EVERY = "corrects?~:text supersedes?~:text ";
const FIELD = /^(\w+)(\??)(~?):(.+)$/;
const PLAIN_DECIMAL = /^-?[0-9]{1,100}(\.[0-9]{1,100})?$/;
// What else the command line takes for a number: exponents, underscores, spaces, others' digits.
const BLANKS = "[\\s\\u001c-\\u001f\\u0085]*";
const NUMBER = "[+-]?(\\p{Nd}+(\\.\\p{Nd}*)?|\\.\\p{Nd}+)(e[+-]?\\p{Nd}+)?";
const UNUSUAL = new RegExp(`^${BLANKS}${NUMBER}${BLANKS}$`, "iu");

function decimal(value, what) {
  if (Number.isSafeInteger(value)) return;
  const written = value instanceof Fraction ? value.text : value;
  expect(typeof written === "string", `${what} is no decimal number.`);
  if (PLAIN_DECIMAL.test(written)) return;
  expect(UNUSUAL.test(written.replaceAll("_", "")), `${what} is no decimal number.`);
  throw new NotDone(`${what} is written unusually: use the command line.`);
}

const READERS = {
  text: (value, what) => expect(typeof value === "string", `${what} is no text.`),
  flag: (value, what) => expect(typeof value === "boolean", `${what} is neither true nor false.`),
  object: (value, what) => expect(isObject(value), `${what} is no object.`),
  time: seconds,
  decimal,
  whole: (value, what) => {
    expect(typeof value === "number", `${what} is no whole number.`);
    if (!Number.isSafeInteger(value)) throw new NotDone(`${what} is too large for this page.`);
  },
};

function expectKind(kind, value, what) {
  if (kind.startsWith("[")) {
    expect(Array.isArray(value), `${what} is no list.`);
    for (const one of value) expectKind(kind.slice(1, -1), one, what);
  } else if (kind.startsWith("=")) {
    expect(kind.slice(1).split("|").includes(value), `${what} is none of the values it may have.`);
  } else if (Object.hasOwn(READERS, kind)) {
    READERS[kind](value, what);
  } else {
    expect(isObject(value), `${what} is no object.`);
    expectShape(NESTED[kind], value);
  }
}

function expectShape(shape, source) {
  for (const field of shape.split(/\s+/)) {
    const [, name, optional, nullable, kind] = FIELD.exec(field);
    const what = `The field ${name} of a statement`;
    const there = name in source;
    expect(there || optional !== "", `${what} is missing.`);
    if (there && !(nullable !== "" && source[name] === null)) expectKind(kind, source[name], what);
  }
}

/** Check the predicate of a known type; of an unknown type nothing is asked. */
export function expectClaim(type, predicate) {
  if (Object.hasOwn(CLAIMS, type)) expectShape(EVERY + CLAIMS[type], predicate);
}
