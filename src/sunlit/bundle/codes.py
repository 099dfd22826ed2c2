"""The documented error codes of `bundle`: code -> one sentence."""

from typing import Final

CODES: Final = {
    # archive
    "bundle.archive": "A file is no zip that a bundle can be, or it was cut short or changed.",
    "bundle.too-large": "A bundle, or a file in it, is larger than a bundle may be.",
    "bundle.name": "A file in a bundle has a name that none may have, or that stands twice.",
    "bundle.unreadable": "A bundle cannot be read from the disk.",
    "bundle.file-missing": "A bundle does not hold a file that a check needs.",
    "bundle.file-absent": "A bundle lacks a file that its manifest lists.",
    "bundle.file-added": "A bundle holds a file that its manifest does not list.",
    "bundle.file-changed": "A file of a bundle is not the one that its manifest lists.",
    # manifest
    "bundle.manifest": "A bundle's manifest.json is malformed.",
    "bundle.unknown-format": "A bundle is of a kind or version that this version cannot read.",
    "bundle.sections": "A bundle's manifest counts other items than there are.",
    # the reader's time
    "bundle.clock": "What a bundle holds lies after the time as of which one asks.",
    # the decision log
    "bundle.registration": "The deployer did not register the decision log before the record.",
    "bundle.other-record": "A bundle's record is not the decision that its manifest names.",
    "bundle.later": "A later record does not belong to the decision, or stands elsewhere.",
    "bundle.undecided": "A proposal has no outcome by a human in the bundle.",
    "bundle.unfinished": "A streamed answer has no end in the bundle.",
    "bundle.anchor": "An anchor is not the deployer's, or not of the record's decision log.",
    "bundle.anchor-place": "An anchor lies on the wrong side of the record.",
    "bundle.anchor-time": "A record's time is impossible by the anchors around it.",
    "bundle.no-anchor": "No anchor covers the record yet.",
    "bundle.consistency": "A consistency proof of a bundle is malformed or between other sizes.",
    # opening
    "bundle.opening": "An opening in a bundle is malformed.",
    "bundle.closed": "A bundle opens no value.",
    # token and use
    "bundle.token": "The token of a bundle does not hold as of the record's time.",
    "bundle.token-unknown": "Something that the token of a bundle hangs on is missing.",
    "bundle.other-token": "A bundle's token is not the one that the record names.",
    "bundle.other-status": "A bundle's status list is not the one that the record names.",
    "bundle.stale-status": "The status list on which the guard relied had expired by then.",
    "bundle.use": "A record shows something that its token does not allow.",
    # statements and findings
    "bundle.statements": "The index of a bundle's statements is malformed.",
    "bundle.statements-differ": "A bundle's statements are not those that their index lists.",
    "bundle.statement-place": "A statement stands elsewhere in its log than the index says.",
    "bundle.statement-other": "A statement is not the one that the index lists.",
    "bundle.statement-section": "A statement is shown in a section that is not its own.",
    "bundle.statement-unsigned": "Nobody who may say it has signed a statement of a bundle.",
    "bundle.two-histories": "A bundle shows two histories of one log.",
    "bundle.other-rubric": "A bundle's rubric is not the one that the token was granted under.",
    "bundle.other-files": "A list of files in a bundle is not the release's.",
    "bundle.findings": "The findings of a bundle are malformed.",
    "bundle.findings-differ": "A bundle's findings do not come out of its statements again.",
    "bundle.no-rules": "Nobody gave the rules with which to evaluate a rubric.",
    # inspection
    "inspection.malformed": "An inspection file is of another version, or malformed.",
    "inspection.key": "A key does not open an inspection file.",
    "inspection.changed": "An inspection file was changed or cut short.",
}
