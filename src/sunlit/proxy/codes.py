"""The documented error codes of `proxy`: code -> one sentence."""

from typing import Final

CODES: Final = {
    # config, routes
    "proxy.config": "The proxy's configuration file is not what its specification allows.",
    "proxy.listen": "The address to listen on is malformed, or something else listens there.",
    "proxy.no-route": "The proxy lets through only what it records: this path or method is not it.",
    # gate
    "proxy.binding": "The token asks for a stronger binding than this proxy can give.",
    # declared
    "proxy.use-undeclared": "A request did not say what the component is used for.",
    "proxy.target": "A request's path and query are malformed, or longer than the limit.",
    "proxy.header": "A Sunlit-* request header is malformed, or another cannot go on as it came.",
    # limits
    "proxy.too-large": "A request's body is larger than the limit.",
    "proxy.slow-client": "A request's body broke off, or did not arrive in time.",
    "proxy.busy": "As many requests as the limit allows are under way.",
    "proxy.draining": "The proxy is shutting down and takes no new request.",
    # masking
    "proxy.mask-unknown": "A token orders something to be masked that this proxy cannot mask.",
    "proxy.mask-plan": "A token orders masking after a mask plan that this proxy does not have.",
    "proxy.mask-recognisers": "A mask plan was made with other recognisers than the proxy has.",
    "proxy.mask-unreadable": "A request that must be masked cannot be read as JSON.",
    # exchange
    "proxy.input-missing": "A request lacks the input at the place that the configuration names.",
    "proxy.upstream-unreachable": "The model's endpoint could not be reached.",
    "proxy.upstream-timeout": "The model's endpoint did not answer in time.",
    "proxy.upstream-broken": "The model's endpoint broke off before its answer was whole.",
    "proxy.response-too-large": "An answer is larger than what the proxy may keep a record of.",
    # otel
    "proxy.otel-missing": "Telemetry is configured, but OpenTelemetry is not installed.",
}
