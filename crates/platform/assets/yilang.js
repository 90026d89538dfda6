// Yilang: small conveniences on top of pages that work without them.

// Copy buttons appear only where copying works.
if (navigator.clipboard) {
  for (const button of document.querySelectorAll("button[data-copy]")) {
    button.hidden = false;
    const label = button.textContent;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.textContent = button.dataset.done;
      button.setAttribute("aria-live", "polite");
      setTimeout(() => { button.textContent = label; }, 2000);
    });
  }
}

// Text boxes grow with their text where the stylesheet alone cannot do it.
if (!CSS.supports("field-sizing", "content")) {
  const grow = (box) => {
    box.style.height = "auto";
    box.style.height = `${box.scrollHeight + 2}px`;
  };
  for (const box of document.querySelectorAll("textarea")) {
    grow(box);
    box.addEventListener("input", () => grow(box));
  }
}

// A form that came back: its summary of errors is where the reader begins.
document.querySelector(".error-summary")?.focus();

// A form is sent once, however often the button is pressed; coming back by history frees it again.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
    // A download leaves the page as it is: the button must come back.
    setTimeout(() => delete form.dataset.sent, 8000);
  });
}
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// Live pages: one stream per browser, held by one window and passed on to the others. The page names its topics, `need/ID` or
// `need`, and the journal's last leaf when it was made; only news after that count.
const topics = document.body.dataset.live?.split(" ");
if (topics && "EventSource" in window) {
  const channel = "BroadcastChannel" in window ? new BroadcastChannel("yilang live") : null;
  const recent = [];
  let seen = Number(document.body.dataset.liveAfter);
  let waiting = false;

  // What somebody types in or reads in the middle of is never replaced under his hands. A reader is told that there is news; to
  // show it is for him to decide.
  const typedIn = (region) => {
    const typed = (field) => field.type !== "hidden" && (field.checked !== field.defaultChecked || field.value !== (field.defaultValue ?? field.value));
    return [...region.querySelectorAll("input, textarea")].some(typed);
  };
  const readIn = (region) => {
    const { top, height } = region.getBoundingClientRect();
    const active = document.activeElement;
    return (region !== active && region.contains(active)) || (top < 0 && height > innerHeight);
  };
  const held = new Map();
  const place = (old, next) => {
    held.delete(old.id);
    old.replaceWith(next);
    next.classList.add("live-new");
  };
  const offer = () => {
    const box = document.getElementById("live-offer");
    if (!box || (held.size > 0) === (box.childElementCount > 0)) return;
    if (held.size === 0) return box.replaceChildren();
    const button = Object.assign(document.createElement("button"), { type: "button", className: "btn", textContent: box.dataset.text });
    button.addEventListener("click", () => {
      const shown = [...held].map(([id, next]) => [document.getElementById(id), next]).filter(([old]) => old);
      for (const [old, next] of shown) place(old, next);
      offer();
      // The button is gone; whoever came by keyboard goes on at what is new.
      const first = shown[0]?.[1];
      first?.setAttribute("tabindex", "-1");
      first?.focus({ preventScroll: true });
    });
    box.replaceChildren(button);
  };
  const refresh = async () => {
    waiting = false;
    const answer = await fetch(location.href, { headers: { accept: "text/html" } });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const old of document.querySelectorAll("[data-live-region][id]")) {
      const next = fresh.getElementById(old.id);
      if (!next || next.innerHTML === old.innerHTML || typedIn(old)) held.delete(old.id);
      else if (readIn(old)) held.set(old.id, next);
      else place(old, next);
    }
    offer();
  };
  // Much news in a moment is one refresh, and not every browser's in the same moment.
  const heard = (news) => {
    // Who has missed something learns no newer number by it.
    if (!news.lost && news.leaf <= seen) return;
    seen = Math.max(seen, news.leaf);
    const meant = news.lost || topics.includes("*") || topics.includes(news.object) || topics.includes(`${news.object}/${news.id}`);
    if (!meant || waiting) return;
    waiting = true;
    setTimeout(() => refresh().catch(() => {}), 200 + Math.random() * (news.lost ? 8000 : 800));
  };
  const pass = (news) => {
    recent.push(news);
    if (recent.length > 64) recent.shift();
    channel?.postMessage(news);
    heard(news);
  };
  const listen = () => new Promise(() => {
    const stream = new EventSource(`/live?after=${seen}`);
    stream.addEventListener("message", (event) => pass({ leaf: Number(event.lastEventId), ...JSON.parse(event.data) }));
    stream.addEventListener("lost", (event) => pass({ leaf: Number(event.lastEventId), lost: true }));
    // A window that has just been opened asks for what came while it was being made.
    if (channel) {
      channel.addEventListener("message", ({ data }) => {
        if (data.after !== undefined) recent.filter((news) => news.leaf > data.after).forEach((news) => channel.postMessage(news));
      });
    }
  });
  if (channel) {
    channel.addEventListener("message", ({ data }) => data.after === undefined && heard(data));
    channel.postMessage({ after: seen });
  }
  if (navigator.locks && channel) navigator.locks.request("yilang live", listen);
  else listen();
}
