// LLMService: replies, a word at a time.
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { answer } from "./eliza.mjs";
import { invalid, unsupported } from "./fault.mjs";
import { parse } from "./instances.mjs";

export function llmHandlers(instances) {
  return {
    async chat(call) {
      const left = new AbortController();
      call.on("cancelled", () => left.abort());
      try {
        const { name } = instances.find(call.request.instance);
        const { pause_ms: pause } = parse(call.request.options);
        const words = answer(lastOfUser(call.request.messages)).split(/(?<= )/);
        await speak(call, words, pause, left.signal);
        call.write({ done: { model: name, finishReason: "stop", usage: { completionTokens: words.length } } });
        call.end();
      } catch (error) {
        if (!left.signal.aborted) {
          call.emit("error", error);
        }
      }
    },
  };
}

// speak sends the words, no faster than they are read, until the caller leaves.
async function speak(call, words, pause, signal) {
  for (const delta of words) {
    signal.throwIfAborted();
    if (!call.write({ delta })) {
      await once(call, "drain", { signal });
    }
    if (pause > 0) {
      await sleep(pause, undefined, { signal });
    }
  }
}

// lastOfUser gives the text to answer. What is no text is refused by name: the
// content of a message is never dropped.
function lastOfUser(messages) {
  const last = messages.at(-1);
  if (last?.role !== "ROLE_USER") {
    throw invalid("llm-eliza: the last message is not a user's");
  }
  return last.parts.map(textOf).join("");
}

function textOf(part) {
  switch (part.content) {
    case "text":
      return part.text;
    case "blob":
      throw unsupported(`llm-eliza: content of type ${part.blob.mediaType}; it understands text only`);
    default:
      throw unsupported(`llm-eliza: content of type ${part.content ?? "unknown"}; it understands text only`);
  }
}
