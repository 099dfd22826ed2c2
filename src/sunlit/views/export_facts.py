"""What is known of a component, or of another register's record, as flat facts for exporters.

Every fact follows from statements; a blank is no fact. What a person's name could stand in
(an attestation's signer, say) is not among them: keys are of offices.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from sunlit.base.times import format_time
from sunlit.claims.admitted import Admitted
from sunlit.claims.assurance import Attestation
from sunlit.claims.base import Opaque
from sunlit.claims.interop import ImportedRecord
from sunlit.claims.lifecycle import Registration, Release, TokenGrant
from sunlit.claims.openness import Licence
from sunlit.claims.provenance import Component
from sunlit.claims.risk import Use
from sunlit.formats.losses import Facts, only_known
from sunlit.rubric.evidence import Evidence
from sunlit.rubric.finding import Finding
from sunlit.rubric.mitigations import mitigation_gap
from sunlit.rubric.standing import about, datasets, declared_use, stated
from sunlit.views.component import ComponentView, Judged
from sunlit.views.component_token import permission

# A register's field -> the common fact that it is.
COMMON: Final[Mapping[str, Mapping[str, str]]] = {
    "omb": {
        "use_case_name": "name", "agency_name": "publisher", "problem_solved": "summary",
        "vendor_name": "supplier", "development_stage": "stage", "code_url": "homepage",
        "benefits": "benefits",
    },
    "atrs": {
        "title": "name", "publishing_body": "publisher", "description": "summary",
        "url": "homepage", "published": "published_on",
    },
    "nl-register": {
        "name": "name", "organization": "publisher", "description_short": "summary",
        "provider": "supplier", "status": "stage", "website": "homepage",
        "publication_category": "tier", "human_intervention": "oversight",
    },
}  # fmt: skip
Row = Mapping[str, object]


def record_facts(said: Admitted, claim: ImportedRecord, at: datetime) -> Facts:
    """Return what another register says, under common names where there are any."""
    names = COMMON.get(claim.register, {})
    own = {
        names.get(name, f"fields.{name}"): text for name, text in claim.fields.items()
    }  # fmt: skip
    facts = {
        **own,
        "name": claim.title, "publisher": claim.publisher, "register": claim.register,
        "record": claim.record, "source": claim.source, "source_digest": claim.source_digest,
        "source_licence": claim.licence, "retrieved_on": format_time(claim.retrieved_on),
        "published_on": claim.published_on, "blanks": claim.blanks, "cut": claim.cut,
        "as_of": format_time(at), "statements": (_statement(said, ()),),
    }  # fmt: skip
    return only_known(facts)


def component_facts(view: ComponentView, judged: Sequence[Judged], base: Evidence) -> Facts:
    """Return what is known of a component: its newest release, all its uses, the findings.

    The findings are of the use that is judged for that release and knows most; where it is
    used for nothing yet, there are none.
    """
    main = _main(view, judged)
    evidence = main.evidence if main else base
    facts: dict[str, object] = {
        "name": view.name, "purl": view.purl, "digest": view.release, "kind": view.kind,
        "version": view.version, "maintainer": view.maintainers, "as_of": format_time(view.at),
        "uses": tuple(_uses(judged)),
        "logs": tuple({"origin": it.origin, "size": it.size} for it in view.logs),
    }  # fmt: skip
    facts |= _described(evidence) | _entered(evidence, view) | _granted(evidence)
    facts |= {
        "datasets": tuple(_datasets(evidence)),
        "attestations": tuple(_attestations(evidence)),
        "mitigations": tuple(_mitigations(main)),
        "statements": tuple(_statement(one, evidence.organisations(one))
                            for one in evidence.statements if not one.is_draft),
    }  # fmt: skip
    if main is not None:
        facts |= {
            "rubric": main.conformity.rubric, "engine": main.conformity.engine,
            "findings": tuple(_finding(one) for one in main.conformity.findings),
        }  # fmt: skip
    return only_known(facts)


def _main(view: ComponentView, judged: Sequence[Judged]) -> Judged | None:
    ours = [one for one in judged if one.evidence.release == view.release]
    return max(ours, key=lambda one: len(one.evidence.statements), default=None)


def _last(found: Iterable[tuple[Admitted, object]]) -> object | None:
    return next((claim for _, claim in reversed(tuple(found))), None)


def _described(evidence: Evidence) -> dict[str, object]:
    facts: dict[str, object] = {}
    component = _last(stated(evidence, Component))
    if isinstance(component, Component):
        facts |= {
            "summary": component.description, "contact": component.contact,
            "intended_use": component.intended_use, "target": component.target,
            "oms_root": component.oms_root, "model_files": component.model_files,
            "files": component.files, "bytes": component.bytes,
        }  # fmt: skip
    licence = _last(it for it in stated(evidence, Licence) if it[1].covers == "component")
    if isinstance(licence, Licence):
        facts["licence"] = licence.expression or licence.declared
    release = _last(about(evidence, Release))
    if isinstance(release, Release):
        facts |= {
            "changelog": release.sunlit_changelog, "rollback": release.sunlit_rollback,
            "released_on": _time(release.sunlit_released_on),
        }  # fmt: skip
    return facts


def _entered(evidence: Evidence, view: ComponentView) -> dict[str, object]:
    """Return what the catalogue's entry says; what the release itself says goes before it."""
    found = [
        claim
        for said, claim in evidence.current(Registration)
        if claim.organisation in evidence.organisations(said)
    ]
    own = [one for one in found if one.organisation in view.maintainers] or found
    if not own:
        return {}
    entry = own[-1]
    described = _described(evidence)
    texts = {
        "summary": entry.description, "contact": entry.contact, "licence": entry.licence,
        "homepage": entry.homepage, "supplier": entry.supplier, "contract": entry.contract,
        "configuration": entry.configuration, "blanks": entry.asked,
    }  # fmt: skip
    return {name: text for name, text in texts.items() if not described.get(name)}


def _granted(evidence: Evidence) -> dict[str, object]:
    found = permission(evidence)
    grant, use = found.grant, declared_use(evidence)
    facts: dict[str, object] = {"token_status": str(found.state)}
    if use is not None:
        facts |= {"oversight": use[1].oversight, "fallback": use[1].fallback}
    if isinstance(grant, TokenGrant):
        facts |= {
            "token_kind": str(grant.kind), "token_issuer": grant.issuer,
            "token_from": _time(grant.valid_from), "token_until": _time(grant.valid_until),
            "token_grant": found.said.statement_id if found.said else None,
            "code": grant.code, "code_scheme": grant.code_scheme, "tier": grant.tier,
            "ceiling": grant.ceiling, "permitted": grant.permitted,
            "prohibited": grant.prohibited, "constraints": grant.constraints,
            "oversight": grant.oversight, "fallback": grant.fallback,
            "break_glass": grant.break_glass, "jurisdictions": grant.jurisdictions,
            "data_classes": grant.data_classes, "open_findings": grant.open_findings,
        }  # fmt: skip
    return facts


def _uses(judged: Sequence[Judged]) -> Iterable[Row]:
    for one in judged:
        found = declared_use(one.evidence)
        if found is not None:
            use: Use = found[1]
            yield {
                "id": use.id, "deployer": use.deployer, "description": use.description,
                "area": use.area, "owner": use.owner, "need": use.need, "target": use.target,
                "affected": use.affected, "status": str(permission(one.evidence).state),
            }  # fmt: skip


def _datasets(evidence: Evidence) -> Iterable[Row]:
    for said, claim in datasets(evidence):
        yield {
            "name": claim.name, "digest": _digest(said), "licence": claim.licence,
            "source": claim.source, "rows": claim.rows, "columns": claim.columns,
            "sensitive_columns": claim.sensitive_columns, "used_for": claim.used_for,
        }  # fmt: skip


def _attestations(evidence: Evidence) -> Iterable[Row]:
    for said, claim in about(evidence, Attestation):
        if claim.assessor in evidence.organisations(said):
            yield {
                "assessor": claim.assessor, "scope": claim.scope, "method": claim.method,
                "result": str(claim.result), "assessed_on": _time(claim.assessed_on),
                "valid_until": _time(claim.valid_until), "limits": claim.limits,
                "statement": said.statement_id,
            }  # fmt: skip


def _mitigations(one: Judged | None) -> Iterable[Row]:
    if one is not None:
        gap = mitigation_gap(one.evidence.beside(one.conformity.findings))
        for practice in gap.practices:
            yield {
                "practice": practice.name, "state": str(practice.state), "why": practice.why,
                "expires": practice.expires,
            }  # fmt: skip


def _finding(one: Finding) -> Row:
    return {
        "control": one.control, "title": one.title, "outcome": str(one.outcome),
        "reason": one.reason, "rests_on": one.rests_on, "expires": one.expires, "mend": one.mend,
    }  # fmt: skip


def _statement(said: Admitted, organisations: Iterable[str]) -> Row:
    claim = said.claim
    return {
        "id": said.statement_id, "origin": said.origin, "index": said.index,
        "type": claim.predicate_type if isinstance(claim, Opaque) else claim.TYPE,
        "admitted": _time(said.admitted_at), "organisations": tuple(sorted(organisations)),
    }  # fmt: skip


def _digest(said: Admitted) -> str | None:
    return next((one.digest["sha256"] for one in said.subjects if "sha256" in one.digest), None)


def _time(at: datetime | None) -> str | None:
    return None if at is None else format_time(at)
