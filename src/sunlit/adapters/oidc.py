"""Signing in by OpenID Connect: the code flow with PKCE (S256), `state` and `nonce`.

What is checked of the answer (OpenID Connect Core 1.0, sections 3.1.2.7 and 3.1.3.7; RFC 9207):
1. `state` is the one that this browser was sent off with; `iss`, where sent, is the provider's;
2. the code is redeemed with the verifier of the PKCE challenge that only this node knows;
3. the ID token's signature is by a key of the provider's JWKS, of an asymmetric algorithm;
4. its `iss` and `aud` are the provider's and ours (`azp` too where there are several), it has not
   ended and was not issued in the future, and its `nonce` is the one that was sent.
Nothing else in the token is read: a person is (issuer, subject), what they may do is known here.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Final

import httpx

from sunlit.adapters.bounded import asked
from sunlit.base.errors import MalformedError, UnavailableError, VerificationError
from sunlit.base.times import Clock
from sunlit.node.people import new_secret

ALGORITHMS: Final = ["RS256", "PS256", "ES256", "EdDSA"]
SCOPE: Final = "openid"  # no profile, no e-mail address: they are not needed
TIMEOUT: Final = 10.0  # seconds
LEEWAY: Final = 60  # seconds that two clocks may differ
MAX_DOCUMENT: Final = 256 * 1024  # bytes
SENDS_ISSUER: Final = "authorization_response_iss_parameter_supported"
AGAIN: Final = {"prompt": "login", "max_age": "0"}  # whoever is known there shows it again
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Which provider, and who this node is to it. The secret comes from the environment."""

    issuer: str
    client_id: str
    client_secret: str | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings | None":
        """Read SUNLIT_OIDC_ISSUER, SUNLIT_OIDC_CLIENT_ID and SUNLIT_OIDC_CLIENT_SECRET.

        Raises:
            MalformedError: `signin.settings`.
        """
        issuer = environment.get("SUNLIT_OIDC_ISSUER")
        if not issuer:
            return None
        url, client = httpx.URL(issuer), environment.get("SUNLIT_OIDC_CLIENT_ID")
        if not client or not (url.scheme == "https" or url.host in _LOOPBACK):
            raise MalformedError(
                "signin.settings", "the identity provider's settings are not whole",
                expected="an https SUNLIT_OIDC_ISSUER, and SUNLIT_OIDC_CLIENT_ID",
            )  # fmt: skip
        return cls(
            issuer=issuer, client_id=client,
            client_secret=environment.get("SUNLIT_OIDC_CLIENT_SECRET") or None,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A sign-in under way: where to send the browser, and what to keep until it is back."""

    url: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom the provider vouches for; `since` (Unix seconds): when it last asked, if it says."""

    issuer: str
    subject: str
    since: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """An identity provider, asked over HTTP; `transport` is for tests."""

    settings: Settings
    clock: Clock
    transport: httpx.BaseTransport | None = None

    def begin(self, redirect: str, *, again: bool = False) -> Begun:
        """Begin a sign-in that comes back to `redirect`.

        `again`: the provider is to ask who is there, although it may know them already.

        Raises:
            UnavailableError: `signin.provider`.
        """
        from authlib.oauth2.rfc6749.parameters import prepare_grant_uri  # noqa: PLC0415 - heavy
        from authlib.oauth2.rfc7636 import create_s256_code_challenge  # noqa: PLC0415 - the same

        state, nonce, verifier = new_secret(), new_secret(), new_secret()
        with self._client() as client:
            endpoint = _endpoint(self._metadata(client), "authorization_endpoint")
        url = prepare_grant_uri(
            endpoint, self.settings.client_id, "code", redirect, SCOPE, state, nonce=nonce,
            code_challenge=create_s256_code_challenge(verifier), code_challenge_method="S256",
            **(AGAIN if again else {}),
        )  # fmt: skip
        return Begun(url=str(url), state=state, nonce=nonce, verifier=verifier)

    def finish(self, begun: Begun, answer: Mapping[str, str], redirect: str) -> Identity:
        """Return whom the provider vouches for, from what came back in the address.

        Raises:
            VerificationError: `signin.bad-answer`, `signin.refused`.
            UnavailableError: `signin.provider`.
        """
        if not hmac.compare_digest(answer.get("state", "").encode(), begun.state.encode()):
            raise _bad("it does not belong to a sign-in of this browser")
        if answer.get("iss", self.settings.issuer) != self.settings.issuer:
            raise _bad("it is from another identity provider")
        if "error" in answer or not answer.get("code"):
            raise VerificationError(
                "signin.refused", "your identity provider did not sign you in", mend="try again"
            )
        from authlib.oauth2.rfc6749.parameters import (  # noqa: PLC0415 - heavy
            prepare_token_request,
        )

        wanted = prepare_token_request(
            "authorization_code", redirect_uri=redirect, code=answer["code"],
            code_verifier=begun.verifier, client_id=self.settings.client_id,
        )  # fmt: skip
        with self._client() as client:
            metadata = self._metadata(client)
            # RFC 9207, section 2.4: who says that it always sends it has to be taken at its word.
            if metadata.get(SENDS_ISSUER) is True and "iss" not in answer:
                raise _bad("it does not say which identity provider it is from")
            token = self._redeem(client, _endpoint(metadata, "token_endpoint"), wanted)
            keys = _document(client, _endpoint(metadata, "jwks_uri"))
        return self._identity(token, keys, begun.nonce)

    def _client(self) -> httpx.Client:
        return httpx.Client(timeout=TIMEOUT, transport=self.transport, follow_redirects=False)

    def _metadata(self, client: httpx.Client) -> dict[str, object]:
        where = self.settings.issuer.rstrip("/") + "/.well-known/openid-configuration"
        found = _document(client, where)
        # OpenID Connect Discovery 1.0, section 4.3: it MUST be exactly the one that was asked.
        if found.get("issuer") != self.settings.issuer:
            raise _unavailable("it says that it is another one")
        return found

    def _redeem(self, client: httpx.Client, endpoint: str, wanted: str) -> str:
        secret = self.settings.client_secret
        try:
            answer = asked(
                client, "POST", endpoint, most=MAX_DOCUMENT, content=wanted,
                headers={"Content-Type": "application/x-www-form-urlencoded"},
                auth=(self.settings.client_id, secret) if secret else httpx.USE_CLIENT_DEFAULT,
            )  # fmt: skip
        except httpx.HTTPError as error:
            raise _unavailable("it could not be asked") from error
        if answer.is_client_error:
            raise _bad("the code is not good")
        token = _object(answer).get("id_token")
        if not isinstance(token, str):
            raise _bad("it says nothing about who signed in")
        return token

    def _identity(self, token: str, keys: dict[str, object], nonce: str) -> Identity:
        from joserfc import jwt  # noqa: PLC0415 - heavy; most pages are read by nobody known
        from joserfc.errors import JoseError  # noqa: PLC0415 - the same
        from joserfc.jwk import KeySet  # noqa: PLC0415 - the same

        issuer, ours = self.settings.issuer, self.settings.client_id
        rules = jwt.JWTClaimsRegistry(
            now=int(self.clock.now().timestamp()), leeway=LEEWAY,
            iss={"essential": True, "value": issuer}, aud={"essential": True, "value": ours},
            sub={"essential": True}, exp={"essential": True}, iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )  # fmt: skip
        try:
            claims = jwt.decode(
                token, KeySet.import_key_set(keys), algorithms=ALGORITHMS  # type: ignore[arg-type]
            ).claims  # fmt: skip
            rules.validate(claims)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise _bad("its ID token does not hold") from error
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if claims.get("azp", None if several else ours) != ours:
            raise _bad("its ID token is for somebody else")
        if not isinstance(claims["sub"], str) or not claims["sub"]:
            raise _bad("its ID token names nobody")
        since = claims.get("auth_time")
        if isinstance(since, bool) or not isinstance(since, int | float) or not isfinite(since):
            since = None  # OIDC Core, section 2: a number
        return Identity(issuer, claims["sub"], None if since is None else int(since))


def _document(client: httpx.Client, url: str) -> dict[str, object]:
    try:
        return _object(asked(client, "GET", url, most=MAX_DOCUMENT))
    except httpx.HTTPError as error:
        raise _unavailable("it could not be asked") from error


def _object(answer: httpx.Response) -> dict[str, object]:
    try:
        found = answer.json()
    except (ValueError, RecursionError) as error:
        raise _unavailable("it answered something that is no JSON") from error
    if not answer.is_success or not isinstance(found, dict):
        raise _unavailable("it answered something that is no JSON object")
    return found


def _endpoint(metadata: Mapping[str, object], name: str) -> str:
    value = metadata.get(name)
    if not isinstance(value, str):
        raise _unavailable(f"it names no {name}")
    url = httpx.URL(value)
    if url.scheme != "https" and url.host not in _LOOPBACK:
        raise _unavailable(f"its {name} is not reached by https")
    return value


def _bad(why: str) -> VerificationError:
    return VerificationError(
        "signin.bad-answer", f"the answer of your identity provider does not hold: {why}",
        mend="sign in again, from the sign-in page",
    )  # fmt: skip


def _unavailable(why: str) -> UnavailableError:
    return UnavailableError(
        "signin.provider", f"your identity provider cannot be used now: {why}",
        mend="try again in a few minutes",
    )  # fmt: skip
