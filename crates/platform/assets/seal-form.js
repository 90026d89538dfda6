// Forms whose answers are sealed in the browser: only the envelope leaves it.
//
//   <form method="post" enctype="multipart/form-data"
//         data-seal='{"key","origin","round","committee","rules","closes","sender"}'   the context, see sealing.js
//         data-seal-texts='{code: sentence, …}'>                                       sentences for refusals, see below
//     <div data-seal-open hidden> …                    shown with scripts: the questions, and a button that seals
//       <input data-sealed="price" id="price">         a question: it has no name, so that nothing sends it as it is
//       <input type="file" data-sealed-files multiple> documents, stripped of metadata (stripping.js)
//     <div data-seal-closed hidden tabindex="-1"> …    shown when sealed: the button that sends
//       <code data-seal-hash></code> <a data-seal-save>…</a>   the envelope's hash, and the envelope as a file
//       <button type="button" data-seal-again>…</button>       back to the questions
//     <div data-seal-file> …                           all there is without scripts
//       <input type="file" name="envelope" id="envelope">      an envelope made by `yilang seal`; the sealed one goes here too
//     <button type="button" data-seal-own hidden>…</button>  with scripts: a file instead of the questions, and back
//
// A file that is no envelope for this form is refused here already: what was chosen by mistake is never sent.
// Codes: those of sealing.js and stripping.js, and seal-missing, seal-foreign, seal-failed; `title` heads the summary of errors.
import { check, envelopeHash, FILES_MAX, prepare, seal, SealError, SIZE_CLASSES } from "./sealing.js";
import { strip } from "./stripping.js";

class Problem extends Error {
  constructor(code, field, detail = "") {
    super(code);
    Object.assign(this, { code, field, detail });
  }
}

class SealedForm {
  constructor(form) {
    this.form = form;
    this.context = JSON.parse(form.dataset.seal);
    this.texts = JSON.parse(form.dataset.sealTexts ?? "{}");
    this.envelope = form.querySelector('input[type="file"][name="envelope"]');
    form.addEventListener("submit", (event) => this.submitted(event));
    this.part("again")?.addEventListener("click", () => this.turn("open"));
    this.part("own")?.addEventListener("click", () => this.turn(this.state === "file" ? "open" : "file"));
    if (!globalThis.crypto?.subtle) {
      // Without WebCrypto the form stays what it is without scripts, and says why.
      this.state = "file";
      if (!this.summary()) this.complain([new SealError("seal-insecure", "")], false);
      return;
    }
    this.part("own")?.removeAttribute("hidden");
    this.show("open");
    // Tables are made while the form is filled in; a bad key is told when it matters.
    setTimeout(() => { try { prepare(this.context.key); } catch { /* sealing says so */ } });
  }

  part(name) {
    return this.form.querySelector(`[data-seal-${name}]`);
  }

  // Exactly one of open, closed, file is to be seen, and no earlier envelope waits behind it.
  show(state) {
    this.state = state;
    for (const name of ["open", "closed", "file"]) this.part(name)?.toggleAttribute("hidden", name !== state);
    this.part("own")?.toggleAttribute("hidden", state === "closed");
    if (state !== "closed") {
      if (this.envelope.files.length > 0) this.envelope.value = "";
      URL.revokeObjectURL(this.part("save")?.href ?? "");
    }
  }

  // As show, when the person goes on: what was wrong before is said no longer.
  turn(state) {
    this.summary()?.remove();
    this.show(state);
  }

  async submitted(event) {
    if (this.state === "closed") return;
    event.preventDefault();
    if (this.busy) return;
    this.busy = true;
    this.form.setAttribute("aria-busy", "true");
    for (const field of this.form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
    try {
      if (this.state === "file") await this.sendOwn();
      else await this.close(await seal(this.context, await this.gather()));
    } catch (error) {
      this.complain(error instanceof AggregateError ? error.errors : [error]);
    } finally {
      this.busy = false;
      this.form.removeAttribute("aria-busy");
      // The page's guard against a second sending counts sendings; this was none.
      delete this.form.dataset.sent;
    }
  }

  // What was answered, as fields and stripped files. Everything that is wrong is told at once.
  async gather() {
    const problems = [];
    const fields = {};
    for (const input of this.form.querySelectorAll("[data-sealed]")) {
      const name = input.dataset.sealed;
      if (input.type === "radio" || input.type === "checkbox") {
        const group = [...this.form.querySelectorAll(`[data-sealed="${name}"]`)];
        if (input.required && input === group[0] && !group.some((each) => each.checked)) problems.push(new Problem("seal-missing", input));
        if (input.checked) fields[name] = fields[name] === undefined ? input.value : `${fields[name]}\n${input.value}`;
        continue;
      }
      if (input.required && input.value.trim() === "") problems.push(new Problem("seal-missing", input));
      fields[name] = input.value;
    }
    const files = [];
    let total = 0;
    for (const input of this.form.querySelectorAll("[data-sealed-files]")) {
      if (input.required && input.files.length === 0) problems.push(new Problem("seal-missing", input));
      for (const file of input.files) {
        try {
          total += file.size;
          if (total > SIZE_CLASSES.at(-1) || files.length >= FILES_MAX) throw new SealError("seal-too-large", file.name);
          const { type, bytes } = await strip(new Uint8Array(await file.arrayBuffer()));
          files.push({ name: file.name, type, bytes });
        } catch (error) {
          problems.push(new Problem(error.code ?? "seal-failed", input, file.name));
        }
      }
    }
    if (problems.length > 0) throw new AggregateError(problems);
    return { fields, files };
  }

  // Sealed: the envelope waits in its input, and can be kept before it is sent.
  async close(envelope) {
    const hash = await envelopeHash(envelope);
    const name = `${this.context.round}-${hash.slice(0, 8)}.ylse`;
    const carrier = new DataTransfer();
    carrier.items.add(new File([envelope], name, { type: "application/octet-stream" }));
    this.envelope.files = carrier.files;
    this.turn("closed");
    if (this.part("hash")) this.part("hash").textContent = hash;
    const save = this.part("save");
    if (save) {
      save.href = URL.createObjectURL(carrier.files[0]);
      save.download = name;
    }
    this.part("closed").focus();
  }

  // A file made by `yilang seal`: sent only if it is an envelope for this very form.
  async sendOwn() {
    const file = this.envelope.files[0];
    if (!file) throw new Problem("seal-missing", this.envelope);
    if (!globalThis.crypto?.subtle) return this.form.submit();
    // The largest class, and as much again as a head and a tag need.
    if (file.size > SIZE_CLASSES.at(-1) + 4096) throw new Problem("seal-too-large", this.envelope, file.name);
    let context;
    try {
      ({ context } = await check(new Uint8Array(await file.arrayBuffer())));
    } catch (error) {
      throw new Problem(error.code ?? "seal-failed", this.envelope, file.name);
    }
    const foreign = Object.keys(context).some((part) => context[part] !== String(this.context[part]));
    if (foreign) throw new Problem("seal-foreign", this.envelope, file.name);
    return this.form.submit();
  }

  summary() {
    return this.form.previousElementSibling?.matches(".error-summary") ? this.form.previousElementSibling : null;
  }

  // The summary of errors above the form, as the server would have made it.
  complain(problems, focus = true) {
    const section = document.createElement("section");
    section.className = "error-summary";
    for (const [name, value] of Object.entries({ role: "alert", "aria-labelledby": "seal-errors", tabindex: "-1" })) section.setAttribute(name, value);
    const title = Object.assign(document.createElement("h2"), { id: "seal-errors", textContent: this.texts.title ?? "" });
    const list = document.createElement("ul");
    for (const { code, field, detail } of problems) {
      const sentence = this.texts[code] ?? this.texts["seal-failed"] ?? String(code);
      const item = document.createElement(field?.id ? "a" : "span");
      if (field?.id) item.href = `#${field.id}`;
      // The name of a file is the sender's own text, and stays text.
      const question = field?.closest("fieldset")?.querySelector("legend") ?? field?.labels?.[0];
      const label = detail || (question?.firstChild?.textContent ?? "").trim();
      item.textContent = label ? `${label}${this.texts.colon ?? ": "}${sentence}` : sentence;
      field?.setAttribute("aria-invalid", "true");
      list.append(document.createElement("li"));
      list.lastChild.append(item);
    }
    section.append(title, list);
    this.summary()?.remove();
    this.form.before(section);
    if (focus) section.focus();
  }
}

for (const form of document.querySelectorAll("form[data-seal]")) new SealedForm(form);
