// Signing in: passkeys, and the way back from another house. Each works on a form of the page, which the server answers.

const unpack = (word) => Uint8Array.from(atob(word.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const pack = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const named = (list) => list?.map((one) => ({ ...one, id: unpack(one.id) }));

const ask = {
  create: (options) => navigator.credentials.create({
    publicKey: { ...options, challenge: unpack(options.challenge), user: { ...options.user, id: unpack(options.user.id) }, excludeCredentials: named(options.excludeCredentials) },
  }),
  get: (options) => navigator.credentials.get({
    publicKey: { ...options, challenge: unpack(options.challenge), allowCredentials: named(options.allowCredentials) },
  }),
};

// What the browser gives back, as the JSON of the Web Authentication specification.
const told = ({ rawId, type, response }) => {
  const parts = { clientDataJSON: pack(response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[name]) parts[name] = pack(response[name]);
  }
  if (response.getTransports) parts.transports = response.getTransports();
  return JSON.stringify({ id: pack(rawId), rawId: pack(rawId), type, response: parts });
};

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const said = document.getElementById("passkey-said");
  const say = (words) => { said.textContent = words; said.hidden = !words; };
  let asking = false;
  const go = async () => {
    if (asking) return;
    asking = true;
    say("");
    try {
      form.elements.credential.value = told(await ask[form.dataset.passkey](JSON.parse(form.dataset.options)));
      form.submit();
    } catch (error) {
      // The device says no more than this: there already, or not done.
      say(error.name === "InvalidStateError" ? said.dataset.there : said.dataset.failed);
    } finally {
      asking = false;
    }
  };
  if (!window.PublicKeyCredential) say(said.dataset.none);
  else {
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      go();
    });
    if (form.dataset.passkey === "get") go();
  }
}

// Back from another house: what it handed over is sent on at once.
document.querySelector("form[data-onward]")?.requestSubmit();
