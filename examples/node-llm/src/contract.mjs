// The wire contract: bothost's proto files, which build.mjs has put into the
// bundle.
import { fromJSON } from "@grpc/proto-loader";
import contract from "bothost-contract";

const definitions = fromJSON(contract, { longs: Number, enums: String, defaults: true, oneofs: true });

export const pluginService = definitions["bothost.plugin.v1.PluginService"];
export const llmService = definitions["bothost.plugin.v1.LLMService"];

export const serviceNames = ["bothost.plugin.v1.LLMService", "bothost.plugin.v1.PluginService"];

const errorDetail = definitions["bothost.plugin.v1.ErrorDetail"];
const rpcStatus = definitions["google.rpc.Status"];

// encodeStatus gives a status with its ErrorDetail as gRPC's own libraries encode
// it where they have support for details, which grpc-js has not.
export function encodeStatus(code, message, detail) {
  return rpcStatus.serialize({
    code,
    message,
    details: [{ typeUrl: "type.googleapis.com/bothost.plugin.v1.ErrorDetail", value: errorDetail.serialize(detail) }],
  });
}
