// Makes bin/llm-eliza: one executable file with all that it needs. A host runs a
// private copy of the file that it finds in its plugin directory, so that nothing
// may have to lie beside it.
import { chmod } from "node:fs/promises";
import path from "node:path";
import { build } from "esbuild";
import protobuf from "protobufjs";

// Where bothost's proto files are; an author elsewhere has a copy of them.
const contractFolder = process.env.BOTHOST_PROTO ?? path.join(import.meta.dirname, "../../sdk/plugin/v1");
const program = path.join(import.meta.dirname, "bin/llm-eliza");

// readContract gives the proto files as one JSON document, which proto-loader
// understands without reading files.
function readContract() {
  const root = new protobuf.Root();
  root.resolvePath = (_, file) =>
    file.startsWith("bothost/plugin/v1/") ? path.join(contractFolder, path.basename(file)) : file;
  root.loadSync([
    "bothost/plugin/v1/plugin.proto",
    "bothost/plugin/v1/llm.proto",
    path.join(import.meta.dirname, "src/status.proto"),
  ]);
  return JSON.stringify(root.toJSON());
}

const contract = {
  name: "contract",
  setup(bundle) {
    bundle.onResolve({ filter: /^bothost-contract$/ }, ({ path }) => ({ path, namespace: "contract" }));
    bundle.onLoad({ filter: /.*/, namespace: "contract" }, () => ({ contents: readContract(), loader: "json" }));
  },
};

await build({
  entryPoints: [path.join(import.meta.dirname, "src/main.mjs")],
  outfile: program,
  bundle: true,
  platform: "node",
  target: "node20",
  // A file without an extension is CommonJS to Node, wherever it is copied to.
  format: "cjs",
  banner: { js: "#!/usr/bin/env node" },
  define: { VERSION: JSON.stringify(process.env.npm_package_version ?? "0.0.0-dev") },
  plugins: [contract],
  logLevel: "warning",
});
await chmod(program, 0o755);
