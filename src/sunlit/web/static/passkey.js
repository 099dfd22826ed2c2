// Asks the authenticator what a form wants to know, puts its answer into the form and sends it.
// A form says what with data-passkey="get" or "create" and data-options (JSON of WebAuthn Level 3).

const toBytes = (text) => Uint8Array.from(
  atob(text.replaceAll('-', '+').replaceAll('_', '/')), (one) => one.charCodeAt(0));

const toText = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)))
  .replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

const described = (list) => (list ?? []).map((one) => ({ ...one, id: toBytes(one.id) }));

function read(kind, asked) {
  const options = { ...asked, challenge: toBytes(asked.challenge) };
  if (kind === 'get') {
    return { ...options, allowCredentials: described(asked.allowCredentials) };
  }
  return {
    ...options,
    user: { ...asked.user, id: toBytes(asked.user.id) },
    excludeCredentials: described(asked.excludeCredentials),
  };
}

function written(credential) {
  const response = { clientDataJSON: toText(credential.response.clientDataJSON) };
  for (const name of ['authenticatorData', 'signature', 'attestationObject']) {
    if (credential.response[name]) response[name] = toText(credential.response[name]);
  }
  return { id: credential.id, rawId: credential.id, type: credential.type, response };
}

async function ask(form) {
  const kind = form.dataset.passkey;
  const publicKey = read(kind, JSON.parse(form.dataset.options));
  const credential = kind === 'get'
    ? await navigator.credentials.get({ publicKey })
    : await navigator.credentials.create({ publicKey });
  form.elements.answer.value = JSON.stringify(written(credential));
  form.submit();
}

for (const form of document.querySelectorAll('form[data-passkey]')) {
  const failed = form.querySelector('[data-passkey-failed]');
  const unable = !window.PublicKeyCredential;
  for (const part of form.querySelectorAll('[data-passkey-needs]')) part.hidden = unable;
  for (const part of form.querySelectorAll('[data-passkey-without]')) part.hidden = !unable;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    failed.hidden = true;
    // Whatever went wrong (stopped, timed out, no such key): nothing was signed, nothing is sent.
    ask(form).catch(() => { failed.hidden = false; });
  });
}
