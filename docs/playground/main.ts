import { type Answer, answer, type PacketAnswer } from "./decide.ts";
import { CONFIGURATION, examplePackets, LEASES } from "./example.ts";
import { readFile } from "./file.ts";

/* The page: what is typed is answered a moment later. */

/** Milliseconds after the last key. */
const DELAY = 150;

function byId<T extends HTMLElement>(id: string, type: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`no ${id} in the page`);
  return found;
}

const packets = byId("packets", HTMLTextAreaElement);
const configuration = byId("configuration", HTMLTextAreaElement);
const leases = byId("leases", HTMLTextAreaElement);
const interfaceName = byId("interface-name", HTMLInputElement);
const ipv4 = byId("ipv4", HTMLInputElement);
const ipv6 = byId("ipv6", HTMLInputElement);

type Child = Node | string;

function element(name: string, attributes: Readonly<Record<string, string>>, ...children: readonly Child[]): HTMLElement {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** A problem that leads to its place in a text. */
function problem(area: HTMLTextAreaElement, severity: string, line: number, column: number, text: string): HTMLElement {
  const button = element("button", { type: "button", class: "place" }, `${line}:${column}`);
  button.addEventListener("click", () => {
    const start =
      area.value
        .split("\n")
        .slice(0, line - 1)
        .reduce((sum, one) => sum + one.length + 1, 0) +
      column -
      1;
    area.focus();
    area.setSelectionRange(start, start + 1);
  });
  return element("li", { class: severity }, button, ` ${severity}: ${text}`);
}

function list(id: string, items: readonly Child[]): void {
  const place = byId(id, HTMLElement);
  place.replaceChildren(...(items.length === 0 ? [] : [element("ul", {}, ...items)]));
}

function show({ diagnostics, leaseProblems, interfaceProblems, packets: answers, leases: afterwards }: Answer): void {
  list(
    "configuration-problems",
    diagnostics.map(({ severity, line, column, message, hint }) =>
      problem(configuration, severity, line, column, hint === undefined ? message : `${message} (${hint})`),
    ),
  );
  configuration.setAttribute("aria-invalid", String(diagnostics.some(({ severity }) => severity === "error")));
  list(
    "leases-problems",
    leaseProblems.map(({ line, message }) => problem(leases, "error", line, 1, message)),
  );
  leases.setAttribute("aria-invalid", String(leaseProblems.length > 0));
  list(
    "interface-problems",
    interfaceProblems.map((text) => element("li", { class: "error" }, text)),
  );
  const summary = byId("summary", HTMLElement);
  if (answers.length === 0) summary.textContent = "No packet yet.";
  else if (afterwards === undefined) summary.textContent = "Decoded only: there is no decision until the problems are mended.";
  else summary.textContent = `${answers.length === 1 ? "1 packet" : `${answers.length} packets`}.`;
  byId("results", HTMLOListElement).replaceChildren(...answers.map(packetItem));
  byId("afterwards", HTMLElement).textContent = afterwards === undefined ? "" : afterwards.join("\n") || "none";
  byId("take", HTMLButtonElement).disabled = afterwards === undefined;
}

function packetItem({ line, decoded, isPacket, problems, decision }: PacketAnswer): HTMLElement {
  const item = element(
    "li",
    {},
    element("p", {}, `Line ${line}`),
    element("pre", isPacket ? { class: "packet" } : { class: "packet error" }, decoded),
  );
  for (const text of problems) item.append(element("p", { class: "warning" }, text));
  if (decision === undefined) return item;
  const { trace, outcome, words, reply, changes } = decision;
  const rows = trace.map(({ rule, words: found }) => element("tr", {}, element("th", { scope: "row" }, rule), element("td", {}, found)));
  if (rows.length > 0) {
    item.append(
      element("details", { open: "" }, element("summary", {}, "Why"), element("table", { class: "trace" }, element("tbody", {}, ...rows))),
    );
  }
  item.append(element("p", { class: "outcome" }, `${OUTCOMES[outcome]} ${words}`));
  if (reply !== undefined) item.append(element("pre", { class: "reply" }, reply));
  if (changes.length > 0) item.append(element("ul", { class: "changes" }, ...changes.map((text) => element("li", {}, text))));
  return item;
}

const OUTCOMES = { reply: "Reply", update: "Taken note of:", silence: "Silence:" } as const;

function update(): void {
  const inputs = {
    packets: packets.value,
    configuration: configuration.value,
    leases: leases.value,
    interfaceName: interfaceName.value,
    ipv4: ipv4.value,
    ipv6: ipv6.value,
  };
  show(answer(inputs, Math.floor(Date.now() / 1000)));
}

let timer: ReturnType<typeof setTimeout> | undefined;

function updateSoon(): void {
  clearTimeout(timer);
  timer = setTimeout(update, DELAY);
}

async function take(file: Blob): Promise<void> {
  const status = byId("file-status", HTMLElement);
  try {
    const { text, words } = await readFile(file);
    packets.value = text;
    status.textContent = words;
    update();
  } catch (error) {
    status.textContent = `The file can't be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}

byId("inputs", HTMLFormElement).addEventListener("input", (event) => {
  if (event.target !== byId("file", HTMLInputElement)) updateSoon();
});
byId("inputs", HTMLFormElement).addEventListener("submit", (event) => event.preventDefault());
byId("file", HTMLInputElement).addEventListener("change", (event) => {
  const file = (event.target as HTMLInputElement).files?.[0];
  if (file !== undefined) void take(file);
});
packets.addEventListener("dragover", (event) => {
  event.preventDefault();
  packets.classList.add("drop");
});
packets.addEventListener("dragleave", () => packets.classList.remove("drop"));
packets.addEventListener("drop", (event) => {
  packets.classList.remove("drop");
  const file = event.dataTransfer?.files[0];
  if (file === undefined) return;
  event.preventDefault();
  void take(file);
});
byId("take", HTMLButtonElement).addEventListener("click", () => {
  leases.value = byId("afterwards", HTMLElement).textContent?.replace(/^none$/, "") ?? "";
  update();
});

packets.value = examplePackets();
configuration.value = CONFIGURATION;
leases.value = LEASES;
update();
