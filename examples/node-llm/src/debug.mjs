// Being debugged: the plugin is started by a person, `llm-eliza --debug`, perhaps
// under a debugger, and hosts attach to it. docs/plugins.md, "Under a debugger".
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";

// debugSocket gives the path of the socket if the arguments ask to be debugged: the
// one that they name, or one that is the same each time.
export function debugSocket(name, [argument]) {
  if (argument === "--debug") {
    const folder = path.join(os.tmpdir(), `bothost-debug-${process.geteuid()}`);
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    return path.join(folder, name);
  }
  return argument?.startsWith("--debug=") ? path.resolve(argument.slice("--debug=".length)) : undefined;
}

// claim makes sure that the socket is private, and removes it: now, if the process
// that made it was killed, and when this one ends.
export async function claim(socket) {
  const folder = fs.lstatSync(path.dirname(socket));
  if (!folder.isDirectory() || (folder.mode & 0o777) !== 0o700 || folder.uid !== process.geteuid()) {
    throw new Error(`${path.dirname(socket)} is not a folder of this user alone (mode 0700)`);
  }
  if (await answers(socket)) {
    throw new Error(`a process listens on ${socket} already`);
  }
  const remove = () => fs.rmSync(socket, { force: true });
  remove();
  process.on("exit", remove);
}

function answers(socket) {
  return new Promise((resolve) => {
    const connection = net.connect(socket);
    connection.on("connect", () => resolve(true)).on("error", () => resolve(false));
    connection.on("connect", () => connection.destroy());
  });
}

// lifelineOf closes what is open when the last host has gone, and outlives it.
export function lifelineOf(instances) {
  let hosts = 0;
  return {
    onAttach: () => console.error(`a host has attached: ${++hosts}`),
    onDetach: () => {
      console.error(`a host has let go: ${--hosts}`);
      if (hosts === 0) {
        instances.closeAll();
      }
    },
  };
}
