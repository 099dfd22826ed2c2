"""A small offline red team: probes as data, detectors with measured errors, transcripts, a claim.

`probes` reads probe sets, `endpoint` and `calling` ask a model, `run` writes a transcript,
`detect` decides each answer, `calibrate` counts how often a detector errs on known answers,
`judge` makes figures of a transcript, `claim` and `page` say them.
"""
