"""The documented error codes of `guard`: code -> one sentence."""

from typing import Final

CODES: Final = {
    # clock
    "guard.clock-back": "The machine's clock shows a time before one that was relied on.",
    # opening, live, core, desk
    "guard.trust-unreadable": "The trust file that a guard starts from cannot be read.",
    "guard.older-trust": "A guard was given an older trust file than the one in use.",
    "guard.closed": "A guard was used after it was closed.",
    "guard.forked": "A forked process tried to write with its parent's decision log.",
    "guard.store-unwritable": "A status list cannot be kept in the decision store.",
    "guard.no-permit": "A decision was to be recorded without a check.",
    "guard.too-many": "More decisions were to be recorded than were asked for.",
    "guard.asked": "A decision was asked for in a way that cannot be recorded.",
    "guard.log-unregistered": "A decision log is not registered as the guard must have it.",
    "guard.break-glass-reason": "Break-glass was used without a stated reason.",
    # status lists
    "guard.status-unreachable": "The source of status lists does not answer.",
    "guard.status-too-large": "A status list is larger than its limit.",
    "guard.status-address": "A status list was to be fetched from an address that is not https.",
    "guard.older-status": "A status list is older than one that is known.",
    # judge
    "guard.undeclared": "A token limits something that nobody declared.",
    "guard.place": "A place was declared that is no ISO 3166 code.",
    "guard.prohibited": "A token prohibits the use that was declared.",
    "guard.not-permitted": "A token does not permit the purpose that was declared.",
    "guard.oversight": "A token asks for more human oversight than there is.",
    "guard.binding": "A token asks for a stronger tie between model and release.",
    "guard.mask-missing": "A token orders masking that nobody applies.",
    # limits, counters
    "guard.constraint-unknown": "A token has a coded limit that this version does not know.",
    "guard.rate-exceeded": "A token's rate of decisions is used up.",
    "guard.volume-exceeded": "A token's number of decisions is used up.",
    "guard.limits-unreadable": "Decisions cannot be counted against a token's limits.",
    # loading
    "guard.files-changed": "A model's files changed while or after it was loaded.",
    "guard.load-failed": "A model's loader failed.",
    "guard.wrap": "A component was guarded, or reloaded, in a way that its kind does not allow.",
    # guarded, rows
    "guard.model-failed": "A component raised an exception, so no decision was made.",
    "guard.explanation-failed": "An explanation raised an exception, so no decision was made.",
    "guard.batch": "Inputs or outputs of many decisions do not have one row for each.",
    "guard.cases": "There is not one case pointer for each row.",
    "guard.needs-human": "A proposal was to take effect without a human's outcome.",
    "guard.outcome": "A human's outcome is none that can be recorded.",
    # serial
    "guard.serialise": "A value is of a type that cannot be recorded.",
    "guard.serial-malformed": "A recorded value cannot be read back.",
    # replay, replay_loader
    "replay.not-a-decision": "A record that is no decision was to be replayed.",
    "replay.other-release": "The files are not those of the release that decided.",
    "replay.no-content": "Input or output of a decision is not opened, or was never recorded.",
    "replay.loader": "The function that loads a model for a replay cannot be imported.",
    "replay.failed": "The model could not be loaded, or failed on the recorded input.",
}
