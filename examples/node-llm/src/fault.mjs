// Errors as the contract wants them: a status with one ErrorDetail.
import { Metadata, status } from "@grpc/grpc-js";
import { encodeStatus } from "./contract.mjs";

function fault(code, message, detail) {
  const metadata = new Metadata();
  metadata.set("grpc-status-details-bin", encodeStatus(code, message, { source: "SOURCE_PLUGIN", ...detail }));
  return Object.assign(new Error(message), { code, details: message, metadata });
}

// invalid is for what can never work; fields name the keys of a configuration.
export function invalid(message, fields = []) {
  return fault(status.INVALID_ARGUMENT, message, { fields });
}

export function unsupported(message) {
  return fault(status.UNIMPLEMENTED, message, {});
}

// notOpen makes the host open the instance again.
export function notOpen(instance) {
  return fault(status.UNAVAILABLE, `instance "${instance}" is not open in this process`, { reason: "instance_not_open" });
}

export function otherConfiguration(instance) {
  return fault(status.ABORTED, `instance "${instance}" is open already with another configuration`, {});
}
