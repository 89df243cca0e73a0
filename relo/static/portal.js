// Sending starts with the choice of the file, and shows how far it is. Without this script the form works as it stands.
"use strict";

function takeCareOf(form) {
  const field = form.querySelector("input[type=file]");
  const button = form.querySelector("button");
  field.addEventListener("change", () => {
    if (field.files.length) send(form, field, button);
  });
  form.addEventListener("submit", (event) => {
    if (!field.files.length) return; // the browser or the server says what is missing
    event.preventDefault();
    send(form, field, button);
  });
}

function send(form, field, button) {
  const words = form.dataset;
  const file = field.files[0];
  if (button.disabled) return;
  if (file.size > Number(words.maxBytes)) {
    field.value = "";
    refuse(words.refusedTitle, words.tooLarge);
    return;
  }
  const busy = form.querySelector("#busy");
  const text = form.querySelector("#busy-text");
  const bar = form.querySelector("#busy-bar");
  const body = new FormData(form);
  const request = new XMLHttpRequest();

  const working = (on) => {
    button.disabled = field.disabled = on;
    busy.hidden = !on;
  };
  text.textContent = `${words.sending} ${file.name}`;
  bar.value = 0;
  working(true);

  request.upload.addEventListener("progress", (event) => {
    if (event.lengthComputable) bar.value = Math.round((event.loaded / event.total) * 100);
  });
  request.upload.addEventListener("load", () => {
    text.textContent = words.checking;
    bar.removeAttribute("value");
  });
  request.addEventListener("load", () => show(form, request));
  for (const failure of ["error", "abort", "timeout"]) {
    request.addEventListener(failure, () => {
      working(false);
      field.value = "";
      refuse(words.refusedTitle, words.broken);
    });
  }
  request.open("POST", form.action);
  request.send(body);
}

// The answer is the page itself: with the result at its top, or the way in, if the session has ended.
function show(form, request) {
  const answer = new URL(request.responseURL);
  const page = new DOMParser().parseFromString(request.responseText, "text/html");
  const main = page.querySelector("main");
  if (!main || !main.querySelector("#result")) {
    location.assign(request.status < 400 ? answer : location.href);
    return;
  }
  if (answer.href !== form.action) history.replaceState(null, "", answer);
  document.querySelector("main").replaceWith(main);
  document.title = page.title;
  start();
  focusOn(main.querySelector("#refusal, #arrived"));
}

function refuse(title, sentence) {
  const box = document.createElement("div");
  box.className = "refusal";
  box.id = "refusal";
  box.tabIndex = -1;
  box.setAttribute("role", "alert");
  box.append(element("h2", title), element("p", sentence));
  document.querySelector("#result").replaceChildren(box);
  focusOn(box);
}

function element(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

function focusOn(box) {
  if (!box) return;
  box.focus();
  box.scrollIntoView({ block: "center" });
}

function start() {
  const form = document.querySelector("#upload");
  if (form) takeCareOf(form);
}

start();
