import assert from "node:assert/strict";
import { test } from "node:test";
import { answer } from "../src/eliza.mjs";

for (const [said, want] of [
  ["I need a holiday.", "Why do you need a holiday?"],
  ["Well, I am tired of you!", "How long have you been tired of I?"],
  ["It is my mother. She hates me.", "Tell me more about your mother."],
  ["My $& costs me $1", "Tell me more about your $& costs you $1."],
  ["Hello", "How do you do. Please tell me what is on your mind."],
  ["Is it late?", "Why do you ask that?"],
  ["δεν ξέρω", "Please go on."],
  ["", "I am listening."],
]) {
  test(`"${said}"`, () => assert.equal(answer(said), want));
}
