// The instances that are open, and PluginService, which every plugin serves.
import { invalid, notOpen, otherConfiguration } from "./fault.mjs";

export class Instances {
  #open = new Map();

  // open answers the same when it is repeated.
  open(id, raw) {
    const known = this.#open.get(id);
    if (known && !known.raw.equals(raw)) {
      throw otherConfiguration(id);
    }
    this.#open.set(id, known ?? { raw, config: parse(raw) });
  }

  close(id) {
    this.#open.delete(id);
  }

  closeAll() {
    this.#open.clear();
  }

  // find gives the configuration that an instance was opened with.
  find(id) {
    const known = this.#open.get(id);
    if (!known) {
      throw notOpen(id);
    }
    return known.config;
  }
}

// parse reads a JSON object. The host has checked it against our schema, and has
// filled in the defaults.
export function parse(raw) {
  try {
    return JSON.parse(raw.length === 0 ? "{}" : raw.toString("utf8"));
  } catch (error) {
    throw invalid(`the configuration is no JSON: ${error.message}`);
  }
}

export function pluginHandlers(description, instances, { onAttach, onDetach }) {
  return {
    describe: unary(() => description),
    open: unary(({ instance, config }) => {
      instances.open(instance, config);
      return {};
    }),
    close: unary(({ instance }) => {
      instances.close(instance);
      return {};
    }),
    check: unary(({ instance }) => {
      instances.find(instance);
      return { summary: "at your service; no model is needed" };
    }),
    // The stream stays open for as long as the host lives.
    attach(call) {
      onAttach();
      call.on("cancelled", onDetach);
      call.write({});
    },
  };
}

// unary makes a handler of a function that answers or throws.
function unary(answer) {
  return (call, callback) => {
    try {
      callback(null, answer(call.request));
    } catch (error) {
      callback(error);
    }
  };
}
