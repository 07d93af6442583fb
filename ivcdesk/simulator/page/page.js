"use strict";

const find = (id) => document.getElementById(id);
const made = (tag, text, data = {}) => {
  const node = document.createElement(tag);
  node.textContent = text;
  Object.assign(node.dataset, data);
  return node;
};

async function ask(path, method = "GET", body) {
  const answer = await fetch(path, {
    method,
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const value = await answer.json();
  if (!answer.ok) throw new Error(value.error || answer.statusText);
  return value;
}

function told(work) {
  find("problem").textContent = "";
  return work().catch((problem) => {
    find("problem").textContent = problem.message;
  });
}

let world = { organizations: [], devices: [] };
let chosen = null;
let lastCall = 0;
const LIMIT = 400;
const WALL = 9;
const KINDS = [
  "latency", "throttle", "error", "drop", "reset",
  "truncate", "garbage", "http500", "stall", "expire",
];

function showTree() {
  const word = find("search").value.toLowerCase();
  const matching = world.devices
    .filter((device) => `${device.name} ${device.code} ${device.id}`.toLowerCase().includes(word))
    .slice(0, LIMIT);
  const byPlace = Map.groupBy
    ? Map.groupBy(matching, (device) => device.organization)
    : matching.reduce((map, device) => {
        map.set(device.organization, [...(map.get(device.organization) || []), device]);
        return map;
      }, new Map());
  const rows = [];
  for (const place of world.organizations) {
    const devices = byPlace.get(place.id);
    if (!devices) {
      // a place of places is shown while nothing is searched for
      if (!word && place.total && world.devices.length <= LIMIT) {
        rows.push(made("li", `${place.name} (${place.online}/${place.total})`, { level: place.level }));
      }
      continue;
    }
    const row = made("li", `${place.name} (${place.online}/${place.total})`, { level: place.level });
    const list = document.createElement("ul");
    for (const device of devices) {
      const button = made("button", device.name, { device: device.id, state: device.status });
      button.setAttribute("aria-pressed", String(device.id === chosen));
      const item = document.createElement("li");
      item.append(button);
      list.append(item);
    }
    row.append(list);
    rows.push(row);
  }
  find("tree").replaceChildren(...rows);
}

async function showDevice() {
  const device = world.devices.find((known) => known.id === chosen);
  find("status").hidden = find("overview").hidden = !device;
  if (!device) return showWall();
  find("name").textContent = device.name;
  for (const button of find("status").children) {
    button.setAttribute("aria-pressed", String(Number(button.dataset.status) === device.status));
  }
  const { channels } = await ask(`/_sim/devices/${device.id}`);
  if (chosen !== device.id) return;
  const state = (channel) => `${channel.name} — ${channel.online ? "online" : "offline"}`;
  find("pictures").replaceChildren(...channels.map((channel) => pictured(channel, state(channel))));
}

function pictured(channel, caption) {
  const figure = document.createElement("figure");
  const picture = document.createElement("img");
  picture.alt = channel.name;
  picture.dataset.channel = channel.id;
  if (channel.online) picture.src = `/_sim/pictures/${channel.id}.jpg?${Date.now()}`;
  figure.append(picture, made("figcaption", caption));
  return figure;
}

// One camera of each place first, so that the wall shows what the world is made of.
function wallDevices() {
  const online = world.devices.filter((device) => device.status === 1);
  const places = new Set();
  const first = online.filter((device) => {
    const fresh = !places.has(device.organization);
    places.add(device.organization);
    return fresh;
  });
  return [...new Set([...first, ...online])].slice(0, WALL);
}

async function showWall() {
  find("name").textContent = "Live pictures";
  const figures = [];
  for (const device of wallDevices()) {
    const { channels } = await ask(`/_sim/devices/${device.id}`);
    const channel = channels.find((known) => known.online);
    if (!channel) continue;
    const figure = pictured(channel, device.name);
    figure.dataset.device = device.id;
    figure.tabIndex = 0;
    figure.setAttribute("role", "button");
    figures.push(figure);
  }
  if (!chosen) find("pictures").replaceChildren(...figures);
}

function choose(device) {
  chosen = device;
  showTree();
  return told(showDevice);
}

async function showWorld() {
  world = await ask("/_sim/world");
  const online = world.devices.filter((device) => device.status === 1).length;
  const time = new Date(world.now * 1000).toISOString().replace("T", " ").slice(0, 19);
  find("facts").textContent =
    `${world.scenario}, seed ${world.seed} · ${online}/${world.devices.length} devices online · ${time} UTC`;
  showTree();
}

async function showFaults() {
  const faults = await ask("/_sim/faults");
  const words = (fault) =>
    Object.entries(fault)
      .filter(([name, value]) => name !== "id" && name !== "kind" && value !== null && value !== "")
      .map(([name, value]) => `${name} ${value}`)
      .join(", ");
  const rows = faults.map((fault) => made("li", `${fault.kind}: ${words(fault)}`));
  find("faults").replaceChildren(...rows);
  find("armed").hidden = rows.length > 0;
}

async function showCalls() {
  const calls = await ask(`/_sim/calls?since=${lastCall}`);
  for (const call of calls) {
    lastCall = call.n;
    const row = document.createElement("tr");
    const answer = made("td", call.code || "done");
    if (call.code) answer.className = "bad";
    row.title = JSON.stringify(call.params);
    row.append(made("td", call.n), made("td", call.action), made("td", call.region), answer);
    find("calls").prepend(row);
  }
  while (find("calls").children.length > 50) find("calls").lastElementChild.remove();
}

function refreshPictures() {
  for (const picture of document.querySelectorAll("#pictures img[src]")) {
    if (picture.complete) picture.src = `/_sim/pictures/${picture.dataset.channel}.jpg?${Date.now()}`;
  }
}

find("tree").addEventListener("click", (event) => {
  const device = event.target.dataset.device;
  if (device) choose(device);
});
find("overview").addEventListener("click", () => choose(null));
find("pictures").addEventListener("click", (event) => {
  const figure = event.target.closest("figure[data-device]");
  if (figure) choose(figure.dataset.device);
});
find("pictures").addEventListener("keydown", (event) => {
  const device = event.target.dataset.device;
  if (device && (event.key === "Enter" || event.key === " ")) {
    event.preventDefault();
    choose(device);
  }
});
find("status").addEventListener("click", (event) => {
  const status = event.target.dataset.status;
  if (status === undefined) return;
  told(async () => {
    await ask(`/_sim/devices/${chosen}`, "POST", { status: Number(status) });
    await showWorld();
    await showDevice();
  });
});
find("search").addEventListener("input", showTree);
find("clock").addEventListener("click", (event) => {
  const { advance, skew } = event.target.dataset;
  if (advance) told(() => ask("/_sim/clock", "POST", { advance: Number(advance) }).then(showWorld));
  if (skew) told(() => ask("/_sim/clock", "POST", { skew: Number(skew) }).then(showWorld));
});
find("reset").addEventListener("click", () => {
  told(async () => {
    await ask("/_sim/reset", "POST", {});
    find("calls").replaceChildren();
    await showWorld();
    await showFaults();
    await showDevice();
  });
});
find("fault").addEventListener("submit", (event) => {
  event.preventDefault();
  const fault = {};
  for (const [name, value] of new FormData(event.target)) {
    if (value === "") continue;
    fault[name] = ["seconds", "bytes", "probability", "count"].includes(name) ? Number(value) : value;
  }
  told(() => ask("/_sim/faults", "POST", [fault]).then(showFaults));
});
find("quick").addEventListener("click", (event) => {
  const fault = event.target.dataset.fault;
  if (fault) told(() => ask("/_sim/faults", "POST", [JSON.parse(fault)]).then(showFaults));
});
find("clear").addEventListener("click", () => {
  told(() => ask("/_sim/faults", "DELETE").then(showFaults));
});

find("fault").elements.kind.append(...KINDS.map((kind) => made("option", kind)));
told(() => showWorld().then(showDevice));
told(showFaults);
setInterval(() => told(showCalls), 1000);
setInterval(() => told(showWorld), 5000);
setInterval(refreshPictures, 2000);
