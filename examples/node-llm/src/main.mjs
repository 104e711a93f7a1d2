// llm-eliza: a provider for bothost, written from its proto files and the page
// docs/plugins.md, "In another language". This file is the process: its start,
// and its end.
import path from "node:path";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { llmHandlers } from "./chat.mjs";
import { llmService, pluginService, serviceNames } from "./contract.mjs";
import { claim, debugSocket, lifelineOf } from "./debug.mjs";
import { Instances, pluginHandlers } from "./instances.mjs";

const maxMessageSize = 64 << 20;
const attachTimeout = 30_000;

const configSchema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  type: "object",
  additionalProperties: false,
  properties: {
    name: { type: "string", minLength: 1, default: "Eliza", description: "Name that replies say they are from." },
    pause_ms: {
      type: "integer", minimum: 0, maximum: 1000, default: 0, "x-per-call": true,
      description: "How long to wait after each word, in milliseconds.",
    },
  },
};

const description = {
  kind: "KIND_LLM",
  name: "llm-eliza",
  version: VERSION,
  services: serviceNames,
  configSchema: Buffer.from(JSON.stringify(configSchema)),
};

// exit ends the process at once: whoever it worked for is gone.
const exit = () => process.exit(0);

async function main() {
  // Standard output is for one line alone; what is printed goes to the log.
  console.log = console.info = console.debug = console.error;
  const instances = new Instances();
  const socket = debugSocket(description.name, process.argv.slice(2));
  if (socket) {
    await claim(socket);
    process.on("SIGINT", exit).on("SIGTERM", exit);
    listen(serve(instances, lifelineOf(instances)), socket, `${description.name}=unix:${socket}`);
    return;
  }
  if (process.env.BOTHOST_PLUGIN !== "bothost.plugin.v1") {
    console.error("llm-eliza is a plugin of bothost, which starts it itself. Put it into the host's plugin directory.");
    process.exit(1);
  }
  const own = path.join(process.env.PLUGIN_UNIX_SOCKET_DIR, `plugin-${process.pid}`);
  listen(serve(instances, tie()), own, `1|1|unix|${own}|grpc`);
}

// tie ties the life of this process to that of the host which has started it.
function tie() {
  process.on("SIGTERM", () => {});
  process.stdin.on("end", exit).on("error", exit).resume();
  const lonely = setTimeout(() => {
    console.error("no host has attached");
    process.exit(1);
  }, attachTimeout);
  return { onAttach: () => clearTimeout(lonely), onDetach: exit };
}

function serve(instances, lifeline) {
  const server = new Server({
    "grpc.max_receive_message_length": maxMessageSize,
    "grpc.max_send_message_length": maxMessageSize,
  });
  server.addService(pluginService, pluginHandlers(description, instances, lifeline));
  server.addService(llmService, llmHandlers(instances));
  return server;
}

function listen(server, socket, announcement) {
  server.bindAsync(`unix:${socket}`, ServerCredentials.createInsecure(), (error) => {
    if (error) {
      console.error(`cannot listen on ${socket}: ${error.message}`);
      process.exit(1);
    }
    process.stdout.write(`${announcement}\n`);
  });
}

main().catch((error) => {
  console.error(`llm-eliza: ${error.message}`);
  process.exit(1);
});
