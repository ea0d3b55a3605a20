// A guest in another site's page: tells its host how high it is and which step it shows, and goes where the host sends
// it. docs/embedding.md describes the messages. Numbers alone leave: what a visitor types is not the host's business.
const VERSION = 1;
const LOWEST = 50, HIGHEST = 20_000; // CSS pixels
const PAUSE = 100, REST = 1_000; // milliseconds between two heights, and without any
const secretHash = location.hash.match(/^#\?secret=\w+$/)?.[0]; // WordPress knows its frames by it
const secret = secretHash?.slice(9);

let heightSaid = 0;
const heightsTold = new Set(); // since something changed by hand, or all was at rest
let restDue = null;
let heightDue = null;
let settled = false; // once loaded and at rest
let stepSaid = "";

function tell(event, details) {
  parent.postMessage({ app: "freelabels", version: VERSION, event, ...details }, "*");
}

// The page is as high as what is on it at its width, whatever the frame's height. Only where a host's answer changes the
// width, as by a scroll bar of its own, could two heights follow each other for ever: of these, the greater stays.
function tellHeight() {
  heightDue = null;
  clearTimeout(restDue);
  restDue = setTimeout(rest, REST);
  const height = Math.min(Math.max(Math.ceil(document.documentElement.getBoundingClientRect().height), LOWEST), HIGHEST);
  if (height === heightSaid || (height < heightSaid && heightsTold.has(height))) return;
  heightSaid = height;
  heightsTold.add(height);
  tell("height", { height });
  parent.postMessage(JSON.stringify({ subject: "lti.frameResize", height }), "*"); // as Canvas has it
  if (secret) parent.postMessage({ message: "height", value: height, secret }, "*"); // WordPress
}

// Once, all is told again: the host may not have listened yet, or the greater height may have been a font's on its way.
function rest() {
  heightsTold.clear();
  if (settled) return;
  settled = true;
  heightSaid = 0;
  stepSaid = "";
  tellHeight();
  tellStep();
}

function steps() {
  const { step, first, last } = shown();
  return { step: Number(step), first: Number(first), last: Number(last) };
}

function tellStep() {
  const now = steps();
  if (!now.step || JSON.stringify(now) === stepSaid) return;
  stepSaid = JSON.stringify(now);
  tell("step", now);
}

function refusal({ version, action, step: wanted }, origin) {
  const origins = document.querySelector("meta[name=host-origins]").content;
  const { step, first, last } = steps();
  if (origins !== "*" && !origins.split(" ").includes(origin)) return `This server takes no messages from ${origin}.`;
  if (version !== VERSION || action !== "goto") return `This guest knows version ${VERSION}, and the action goto alone.`;
  if (!step) return "This guest has no steps.";
  if (Number.isInteger(wanted) && wanted >= first && wanted <= last) return "";
  return `There is no step ${JSON.stringify(wanted)}: here are steps ${first} to ${last}.`;
}

function goTo(step) {
  const link = document.getElementById("goto");
  const url = new URL(link.href);
  url.searchParams.set("step", step);
  link.href = url;
  link.click();
}

function onMessage({ source, origin, data }) {
  if (source !== parent || data?.app !== "freelabels" || !data.action) return;
  const { step, first, last } = steps();
  const from = asked?.step || step; // steps.js: where a step that is not yet answered will lead
  const named = { __proto__: null, first, last, next: Math.min(from + 1, last), previous: Math.max(from - 1, first) };
  const wanted = { ...data, step: named[data.step] ?? data.step };
  const reason = refusal(wanted, origin);
  reason ? tell("refused", { reason }) : goTo(wanted.step);
}

// A tab of its own for the full page, where the frame's sandbox allows one.
document.addEventListener("click", (event) => {
  const link = event.target.closest("#full");
  const opened = link && !event.ctrlKey && !event.metaKey && open(link.href);
  if (!opened) return;
  opened.opener = null;
  event.preventDefault();
});

if (secret) {
  addEventListener("message", ({ source, data }) => { // WordPress has begun to listen
    if (source !== parent || data?.message !== "ready" || data.secret !== secret) return;
    heightSaid = 0;
    tellHeight();
  });
  document.addEventListener("click", ({ target }) => { // where a step is a page, that must know the secret, too
    const link = target.closest("a[href]:not(#full)");
    const form = target.closest("button")?.form;
    if (link) link.hash = secretHash;
    if (form) form.action = new URL(secretHash, form.action).href;
  }, { capture: true });
}

if (isFramed) {
  new ResizeObserver(() => { heightDue ??= setTimeout(tellHeight, PAUSE); }).observe(document.documentElement);
  addEventListener("load", tellHeight); // observers sleep while a frame is out of sight
  document.addEventListener("htmx:after:swap", () => {
    heightsTold.clear();
    tellStep();
  });
  document.addEventListener("toggle", () => heightsTold.clear(), { capture: true }); // it does not bubble
  addEventListener("message", onMessage);
  tellStep();
}
