"""The sentences around a value: what it is called, and what people write it in.

A carrier with `{label}` says what the value is; one without says nothing of it.
"""

from typing import Final

# What each kind is called by those who fill in forms; English first, then the language at home.
LABELS: Final[dict[str, tuple[str, ...]]] = {
    "email": ("Email", "e-mail address", "Email address", "E-mail"),
    "phone": ("Tel", "Phone number", "mobile", "Telephone", "Contact number", "Mobile no."),
    "iban": ("IBAN", "Bank account (IBAN)", "account IBAN"),
    "card": ("Card number", "credit card", "debit card no.", "Payment card"),
    "ip-address": ("IP address", "client IP", "Source IP", "ip"),
    "nhs-number": ("NHS number", "NHS No", "NHS no.", "nhs number"),
    "chi-number": ("CHI number", "CHI", "CHI no."),
    "uk-nino": ("National Insurance number", "NI number", "NINO", "NI no."),
    "uk-utr": ("UTR", "Unique Taxpayer Reference", "self assessment UTR"),
    "uk-passport": ("Passport number", "passport no.", "UK passport"),
    "uk-driving-licence": ("Driving licence", "driving licence number", "Licence number", "DVLA"),
    "uk-vehicle": ("Registration", "VRM", "vehicle registration", "Reg", "number plate"),
    "uk-postcode": ("Postcode", "Post code", "postcode"),
    "crime-reference": ("Crime reference", "crime reference number", "Crime ref", "Crime no."),
    "custody-reference": ("Custody reference", "custody record", "Custody no.", "custody number"),
    "us-ssn": ("SSN", "Social Security number", "social security no."),
    "us-itin": ("ITIN", "Individual Taxpayer Identification Number", "taxpayer ID (ITIN)"),
    "us-passport": ("US passport", "U.S. passport number", "US passport no."),  # else it is any
    "fr-nir": ("NIR", "numéro de sécurité sociale", "N° sécurité sociale", "numéro sécu"),
    "nl-bsn": ("BSN", "burgerservicenummer", "BSN-nummer"),
    "es-nif": ("DNI", "NIF", "DNI/NIF"),
    "es-nie": ("NIE", "número de NIE", "Nº NIE"),
    "it-codice-fiscale": ("Codice fiscale", "C.F.", "codice fiscale"),
    "de-tax-id": ("Steuer-ID", "Steueridentifikationsnummer", "Steuerliche IdNr.", "IdNr"),
    "pl-pesel": ("PESEL", "nr PESEL", "numer PESEL"),
    "se-personnummer": ("Personnummer", "personnummer", "pers.nr"),
    "be-national-number": ("Rijksregisternummer", "numéro national", "Registre national", "INSZ"),
    "date-of-birth": ("Date of birth", "DOB", "D.O.B.", "born", "date of birth"),
    "coordinates": ("Coordinates", "GPS", "lat/long", "Location (lat, lon)"),
    "device-id": ("Device ID", "IMEI or MAC", "handset identifier", "Device"),
    "secret": ("API key", "token", "access key", "secret"),
}
LANGUAGE: Final = {
    "fr-nir": "fr", "nl-bsn": "nl", "es-nif": "es", "es-nie": "es", "it-codice-fiscale": "it",
    "de-tax-id": "de", "pl-pesel": "pl", "se-personnummer": "sv", "be-national-number": "nl",
}  # fmt: skip
SAID: Final[dict[str, tuple[str, ...]]] = {
    "en": (
        "{label}: {value}",
        "{label} - {value}",
        "The file gives the {label} as {value}.",
        "Spoke to the tenant at the door; {label} {value} was read out and matches.",
        "Please update our records ({label} {value}) before the hearing on Thursday.",
        "Hi both,\n\nI have now had the letter back. {label}: {value}.\n\nThanks\nMaeve",
        "Section B\n{label}\n{value}\nSection C\nnone",
        "Officer took details as follows: {label} = {value}; no further action.",
        "| Field | Entry |\n| --- | --- |\n| {label} | {value} |",
        "intake form;{label};{value};checked by desk 3",
        "[intake] level=INFO {key}={value} step=verify",
        '{{"stage": "triage", "{key}": "{value}", "ok": true}}',
        "Could you confirm whether {value} is still the right {label} for her?",
        "{label} on the back page was smudged but reads {value}, I think.",
    ),
    "fr": (
        "{label} : {value}", "Dossier transmis ce matin ; {label} {value}, à vérifier.",
        "Merci de noter que le {label} de l'intéressée est {value}.",
        "Rubrique 2\n{label}\n{value}", '{{"etape": "accueil", "{key}": "{value}"}}',
    ),
    "nl": (
        "{label}: {value}", "Mevrouw heeft aan de balie {label} {value} opgegeven.",
        "Graag het dossier aanvullen ({label} {value}) voor vrijdag.",
        "Vak 2\n{label}\n{value}", "balie;{label};{value};akkoord",
    ),
    "es": (
        "{label}: {value}", "La solicitante, con {label} {value}, pide cita para el lunes.",
        "Se adjunta copia; {label} {value}.", "Apartado 2\n{label}\n{value}",
        "ventanilla;{label};{value};conforme",
    ),
    "it": (
        "{label}: {value}", "Il richiedente, {label} {value}, chiede il rinnovo.",
        "Si prega di correggere la scheda ({label} {value}).", "Riquadro 2\n{label}\n{value}",
        "sportello;{label};{value};ok",
    ),
    "de": (
        "{label}: {value}", "Die Antragstellerin gab am Schalter {label} {value} an.",
        "Bitte Akte ergänzen ({label} {value}) und zurück an mich.", "Feld 2\n{label}\n{value}",
        "Schalter;{label};{value};geprüft",
    ),
    "pl": (
        "{label}: {value}", "Wnioskodawca podał w okienku {label} {value}.",
        "Proszę uzupełnić akta ({label} {value}) do piątku.", "Pole 2\n{label}\n{value}",
        "okienko;{label};{value};zgodne",
    ),
    "sv": (
        "{label}: {value}", "Sökanden uppgav {label} {value} i receptionen.",
        "Var god komplettera akten ({label} {value}) före fredag.", "Ruta 2\n{label}\n{value}",
        "lucka;{label};{value};klart",
    ),
}  # fmt: skip
UNSAID: Final[dict[str, tuple[str, ...]]] = {
    "en": (
        "The note on the fridge just said {value}.",
        "She wrote {value} on the back of the form and left before we could ask.",
        "Re: yesterday. {value}, as discussed. I will ring again after lunch.",
        "scan page 3: {value} (legible), signature missing",
        "Seen on the whiteboard: {value}",
        "{value} is what he gave at the desk; the colleague on nights will follow up.",
        'Neighbour mentioned "{value}" twice.\nNothing else of interest.',
        "- kettle broken\n- {value}\n- keys returned",
        "desk;open;{value};later",
        "Moved from the old system without a heading:\n{value}\nend of page",
        "We only have {value} to go on, sorry.",
        "(see also {value})",
    ),
    "fr": ("Vu ce matin : {value}, à reprendre demain.",
    "Elle a seulement laissé {value} à l'accueil."),
    "nl": ("Op het briefje stond alleen {value}.", "Gisteren besproken: {value}, graag nakijken."),
    "es": ("En la nota solo ponía {value}.", "Ayer dejó {value} en recepción y se marchó."),
    "it": ("Sul foglio c'era soltanto {value}.", "Ieri ha lasciato {value} allo sportello."),
    "de": ("Auf dem Zettel stand nur {value}.",
    "Gestern am Empfang abgegeben: {value}, bitte prüfen."),
    "pl": ("Na kartce było tylko {value}.", "Wczoraj zostawiono {value} w recepcji."),
    "sv": ("På lappen stod bara {value}.", "Igår lämnades {value} i receptionen."),
}  # fmt: skip
# What stands before or after, so that values do not always begin or end a text.
BEFORE: Final = (
    "", "", "", "Visit 2 of 4. ", "Follow-up from Monday's surgery.\n", "FW: ", "Update, 09:40 - ",
    "Caller was calm and well prepared. ", "> ",
)  # fmt: skip
AFTER: Final = (
    "", "", "", " No other concerns.", "\nRegards, intake team", " Heating works now.",
    " Referred on, two letters sent.", " -- scanned, 3 pages",
)  # fmt: skip
