// Nothing here is needed: without it every page still works.
"use strict";

// Copy: the button takes the text of the <code> that stands in the same box.
const status = document.createElement("p");
status.className = "unseen";
status.setAttribute("role", "status");
document.body.append(status);

function say(button, word) {
  const before = button.dataset.word || (button.dataset.word = button.textContent);
  button.textContent = word;
  status.textContent = word;
  clearTimeout(button.timer);
  button.timer = setTimeout(() => {
    button.textContent = before;
    status.textContent = "";
  }, 2000);
}

for (const button of document.querySelectorAll("button.copy")) {
  const code = button.closest("figure, .copyable").querySelector("code");
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(code.textContent);
      say(button, "Copied");
    } catch {
      getSelection().selectAllChildren(code);
      say(button, "Selected");
    }
  });
}

// A form is sent once. Its buttons keep their values, so they are not disabled; a stalled form
// opens again after a while, and so does one that the person comes back to.
function release(form) {
  delete form.dataset.sent;
  for (const button of form.querySelectorAll("button")) {
    button.removeAttribute("aria-disabled");
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  for (const button of form.querySelectorAll("button")) {
    button.setAttribute("aria-disabled", "true");
  }
  // Still here after this long: the answer has opened a program, not a page.
  const sent = form.querySelector(".sent");
  if (sent) {
    setTimeout(() => { sent.hidden = false; }, 1500);
  } else {
    setTimeout(release, 15000, form);
  }
});

addEventListener("pageshow", (event) => {
  if (event.persisted) {
    document.querySelectorAll("form[data-sent]").forEach(release);
  }
});

// The prototype's method: a field named "submit" would hide the form's own.
for (const form of document.querySelectorAll("form[data-auto]")) {
  HTMLFormElement.prototype.submit.call(form);
}
