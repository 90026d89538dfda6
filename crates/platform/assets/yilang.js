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

// Live pages: one stream per browser and address, held by one window and shared with the others.
const live = document.body.dataset.live;
if (live && "EventSource" in window) {
  const channel = "BroadcastChannel" in window ? new BroadcastChannel(`yilang ${live}`) : null;
  let waiting = false;

  const refresh = async () => {
    waiting = false;
    const answer = await fetch(location.href, { headers: { accept: "text/html" } });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const old of document.querySelectorAll("[data-live-region][id]")) {
      const next = fresh.getElementById(old.id);
      // What somebody is typing in is never replaced under his hands.
      if (next && !old.contains(document.activeElement) && next.innerHTML !== old.innerHTML) {
        old.replaceWith(next);
        next.classList.add("live-new");
      }
    }
  };
  // Many events in a moment are one refresh.
  const heard = () => {
    if (waiting) return;
    waiting = true;
    setTimeout(() => refresh().catch(() => {}), 300);
  };
  const listen = () => new Promise(() => {
    const stream = new EventSource(live);
    const tell = () => {
      heard();
      channel?.postMessage("heard");
    };
    for (const topic of (document.body.dataset.liveTopics || "message").split(" ")) stream.addEventListener(topic, tell);
    stream.addEventListener("lost", tell);
  });
  if (channel) channel.addEventListener("message", heard);
  if (navigator.locks && channel) navigator.locks.request(`yilang ${live}`, listen);
  else listen();
}
